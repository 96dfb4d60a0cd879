// How Allure 3 makes its report (make report; or npx allure@3 generate reports/allure-results).
// The categories are those of drill/reporting/allure/results.py, which Allure 2 reads.
export default {
  name: "drill",
  output: "./reports/allure-report",
  historyPath: "./reports/allure-history.jsonl",
  historyLimit: 20,
  categories: [
    {
      name: "The database's fault: a promise is broken",
      matchers: { statuses: ["failed"] },
      groupBy: ["severity", { label: "feature" }],
    },
    {
      name: "Our fault, or too little evidence: undecided",
      matchers: { statuses: ["broken"] },
    },
    {
      name: "Refused: the target cannot do this",
      matchers: { statuses: ["skipped"] },
    },
  ],
  plugins: {
    agent: { enabled: false },
    awesome: {
      options: {
        singleFile: true, // a page that needs no server: it opens from the disk, and can be sent
        reportLanguage: "en",
        groupBy: ["epic", "feature", "story"],
        charts: [
          { type: "currentStatus", title: "Promises now" },
          { type: "statusDynamics", title: "Promises over the last runs" },
          { type: "statusTransitions", title: "What changed from run to run" },
          { type: "testResultSeverities", title: "Promises by severity" },
          {
            type: "stabilityDistribution",
            title: "Stability by scenario",
            groupBy: "feature",
            threshold: 90,
            skipStatuses: ["skipped", "unknown"],
          },
          {
            type: "stabilityDistribution",
            title: "Stability by fault",
            groupBy: "story",
            threshold: 90,
            skipStatuses: ["skipped", "unknown"],
          },
        ],
      },
    },
  },
};
