import ScripMetrics

extension ServerMetrics {
    /// What the engine's and the server's metrics mean.
    public static let descriptions: [MetricDescription] = [
        MetricDescription(name: "scrip_build_info", help: "Always 1; the label says which version runs."),
        MetricDescription(
            name: "scrip_http_requests_total",
            help: "Answered requests, by route template, method and status."),
        MetricDescription(
            name: "scrip_http_request_duration_seconds",
            help: "Time from a request's arrival to its answer, in seconds."),
        MetricDescription(
            name: "scrip_commands_total",
            help: "Commands by result: ok, replayed, error, or the code of the refusal."),
        MetricDescription(
            name: "scrip_batch_commands", help: "Commands that were committed together.",
            bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024]),
        MetricDescription(
            name: "scrip_commit_duration_seconds",
            help: "Time from giving a batch to the store until it was durable or had failed, in seconds."),
        MetricDescription(name: "scrip_lane_waiting", help: "Commands that wait for their batch."),
        MetricDescription(
            name: "scrip_usage_events_total", help: "Usage events by result."),
        MetricDescription(
            name: "scrip_damaged_accounts", help: "Accounts set aside because their stored data is damaged."),
        MetricDescription(
            name: "scrip_unaccounted_tokens_total",
            help: "Tokens of recorded usage whose token class is unknown."),
        MetricDescription(
            name: "scrip_skipped_spans_total", help: "Spans of traces that did not become usage events, by reason."),
        MetricDescription(
            name: "scrip_tracking_failures_total",
            help: "Usage that could not be recorded or priced, by the code of the reason."),
        MetricDescription(
            name: "scrip_refused_usage_total",
            help: "Usage that was refused, or that could not be recorded or priced, by action and reason."
        ),
        MetricDescription(
            name: "scrip_unknown_models_total",
            help: "Commands with a model that has no price, by what the catalog's unknown_model did."),
        MetricDescription(name: "scrip_sweeper_runs_total", help: "Sweeps that reached every account that was due."),
        MetricDescription(name: "scrip_sweeper_accounts_total", help: "Accounts that the sweeper brought up to date."),
        MetricDescription(name: "scrip_sweeper_failures_total", help: "Sweeps that failed. They are tried again."),
        MetricDescription(
            name: "scrip_sweeper_lag_seconds",
            help: "The longest time that any account was overdue when the last sweep began, in seconds."),
        MetricDescription(
            name: "scrip_sweeper_last_run_timestamp_seconds",
            help: "When the last sweep succeeded, in seconds since 1970; 0 before the first."),
        MetricDescription(
            name: "scrip_store_errors_total",
            help: "Transactions that failed in the store, by operation and reason."),
    ]
}
