"""A reader takes twelve seconds more before it becomes the writer."""

from lab.sabotage.none import Sabotage, arm_hook, before_promotion

SABOTAGE = Sabotage(name="slow-promotion", hooks=lambda folder: before_promotion(folder, "sleep 12"), arm=arm_hook)
