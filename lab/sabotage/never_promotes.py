"""No reader ever becomes the writer."""

from lab.sabotage.none import Sabotage, arm_hook, before_promotion

SABOTAGE = Sabotage(name="never-promotes", hooks=lambda folder: before_promotion(folder, "exit 1"), arm=arm_hook)
