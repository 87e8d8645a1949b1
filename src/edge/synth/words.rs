//! The vocabulary of made-up guides: what they are about and what their code
//! is called.
//!
//! Plain tables; nothing here decides anything. Invariant: no table is empty,
//! and adding to one changes every corpus, which is a change worth saying.

/// What a guide looks after, its area, and the language of most of its code.
pub(super) struct Stack {
    /// Such as `Python services`.
    pub(super) name: &'static str,
    /// Such as `backend`.
    pub(super) area: &'static str,
    /// Such as `python`, one of the languages of the code.
    pub(super) language: &'static str,
    /// Shown as `code_language`.
    pub(super) shown: &'static str,
    /// Tools that its guides name.
    pub(super) tools: &'static [&'static str],
}

macro_rules! stacks {
    ($($name:literal $area:literal $language:literal $shown:literal [$($tool:literal),*];)*) => {
        /// Everything that guides look after.
        pub(super) const STACKS: &[Stack] = &[$(Stack {
            name: $name, area: $area, language: $language, shown: $shown, tools: &[$($tool),*],
        },)*];
    };
}

stacks! {
    "Python services" "backend" "python" "Python" ["FastAPI", "pytest", "uvicorn", "Ruff", "py-spy"];
    "PostgreSQL clusters" "databases" "sql" "SQL" ["psql", "pgBouncer", "pg_dump", "EXPLAIN"];
    "nginx gateways" "edge" "nginx" "nginx" ["nginx", "curl", "openssl", "ab"];
    "Kubernetes workloads" "platform" "yaml" "YAML" ["kubectl", "Helm", "kustomize", "stern"];
    "Rust daemons" "backend" "rust" "Rust" ["cargo", "perf", "tokio-console", "Clippy"];
    "Go workers" "backend" "go" "Go" ["go test", "pprof", "delve", "golangci-lint"];
    "TypeScript front ends" "web" "typescript" "TypeScript" ["Vite", "Vitest", "ESLint", "Playwright"];
    "container images" "platform" "dockerfile" "Dockerfile" ["BuildKit", "dive", "trivy", "skopeo"];
    "shell maintenance jobs" "operations" "bash" "Bash" ["ShellCheck", "cron", "rsync", "flock"];
    "cloud networks" "infrastructure" "hcl" "HCL" ["Terraform", "tflint", "infracost", "dig"];
    "systemd hosts" "operations" "ini" "INI" ["systemctl", "journalctl", "systemd-analyze", "loginctl"];
    "message queues" "backend" "python" "Python" ["RabbitMQ", "kcat", "Celery", "tcpdump"];
    "search clusters" "databases" "json" "JSON" ["OpenSearch", "jq", "curl", "Kibana"];
    "backup servers" "storage" "bash" "Bash" ["restic", "rsync", "zstd", "smartctl"];
    "package registries" "platform" "toml" "TOML" ["cargo", "uv", "devpi", "cosign"];
    "monitoring stacks" "observability" "yaml" "YAML" ["Prometheus", "Grafana", "promtool", "Alertmanager"];
    "storage arrays" "hardware" "bash" "Bash" ["mdadm", "smartctl", "lsblk", "nvme"];
    "rack power" "hardware" "ini" "INI" ["apcupsd", "ipmitool", "NUT", "multimeter"];
    "mail relays" "edge" "ini" "INI" ["Postfix", "swaks", "rspamd", "dig"];
    "build farms" "platform" "yaml" "YAML" ["Buildkite", "ccache", "sccache", "Git"];
    "data pipelines" "data" "sql" "SQL" ["dbt", "Airflow", "DuckDB", "Parquet tools"];
    "identity providers" "security" "json" "JSON" ["Keycloak", "jose", "openssl", "ldapsearch"];
    "office networks" "hardware" "toml" "TOML" ["iperf3", "LLDP", "snmpwalk", "cable tester"];
    "mobile back ends" "backend" "go" "Go" ["k6", "pprof", "Wireshark", "gRPCurl"];
}

/// What guides do about it.
pub(super) const PROBLEMS: &[&str] = &[
    "choosing cache boundaries",
    "rotating credentials",
    "draining a node",
    "restoring a backup",
    "replacing a failed disk",
    "tuning connection pools",
    "renewing certificates",
    "pruning old artefacts",
    "raising file limits",
    "splitting a slow query",
    "moving a queue",
    "rolling back a release",
    "clearing a stuck lock",
    "shrinking log volume",
    "checking a replica",
    "balancing shards",
    "cleaning fan filters",
    "upgrading a major version",
    "finding a memory leak",
    "pinning dependencies",
    "testing failover",
    "rebuilding an index",
    "calibrating alarms",
    "cutting cold starts",
    "rate limiting a client",
    "archiving closed records",
    "reseating a controller",
    "replacing a battery",
    "tracing a lost request",
    "warming a cache",
    "verifying checksums",
    "moving a volume",
    "closing unused ports",
    "merging two tenants",
    "freezing a schema",
    "auditing permissions",
    "retiring an endpoint",
    "measuring disk latency",
    "handling clock drift",
    "reducing image size",
    "isolating a noisy neighbour",
    "quoting shell arguments",
    "reviewing retention",
    "repairing a partition",
    "changing a root password",
    "watching a canary",
    "documenting a handover",
    "limiting retries",
];

/// Under which circumstances.
pub(super) const CONTEXTS: &[&str] = &[
    "while keeping the admin area responsive",
    "without stopping the nightly jobs",
    "during a normal working day",
    "with a single person on call",
    "before the quarter closes",
    "in a maintenance window of one hour",
    "while two versions are live",
    "on machines that cannot reach the internet",
    "with customers on the line",
    "without losing a single event",
    "when the original author has left",
    "on hardware that is out of warranty",
    "across three time zones",
    "under a tight error budget",
    "after a failed migration",
    "with read-only access",
    "while the cache is cold",
    "in a shared staging area",
    "with half of the usual capacity",
    "before the next audit",
];

/// What is watched.
pub(super) const SIGNALS: &[&str] = &[
    "the response time",
    "the error rate",
    "the queue length",
    "the cache hit rate",
    "the disk latency",
    "the number of open connections",
    "the replication lag",
    "the inlet temperature",
    "the retry count",
    "the memory in use",
    "the handshake time",
    "the job duration",
    "the rate of rejected requests",
    "the age of the oldest item",
];

/// Tags, the usual ones first.
pub(super) const TAGS: &[&str] = &[
    "maintenance",
    "performance",
    "monitoring",
    "backup",
    "security",
    "caching",
    "rollback",
    "on-call",
    "deployment",
    "database",
    "networking",
    "storage",
    "linux",
    "containers",
    "automation",
    "logging",
    "capacity",
    "testing",
    "hardware",
    "incident",
    "upgrade",
    "cleanup",
    "latency",
    "permissions",
    "certificates",
    "configuration",
    "queues",
    "memory",
    "cooling",
    "power",
    "replication",
    "schema",
    "secrets",
    "dns",
    "tls",
    "disks",
    "raid",
    "firmware",
    "alerts",
    "dashboards",
    "retention",
    "compliance",
    "cost",
    "documentation",
    "handover",
    "release",
    "canary",
    "failover",
    "load-balancing",
    "proxy",
    "search",
    "indexing",
    "sharding",
    "locking",
    "concurrency",
    "scheduling",
    "cron",
    "systemd",
    "kernel",
    "filesystems",
    "nfs",
    "object-storage",
    "cdn",
    "rate-limiting",
    "authentication",
    "authorization",
    "audit",
    "encryption",
    "key-rotation",
    "packages",
    "registries",
    "builds",
    "ci",
    "artefacts",
    "dependencies",
    "profiling",
    "tracing",
    "metrics",
    "sampling",
    "time",
    "clock",
    "locale",
    "email",
    "spam",
    "webhooks",
    "api",
    "graphql",
    "grpc",
    "websockets",
    "mobile",
    "frontend",
    "accessibility",
    "images",
    "fonts",
    "printing",
    "cabling",
    "racks",
    "batteries",
    "fans",
    "sensors",
    "switches",
    "wifi",
    "vpn",
    "firewall",
    "routing",
    "ipv6",
    "dhcp",
    "ldap",
    "sso",
    "billing",
    "reports",
    "exports",
    "imports",
    "archiving",
    "legacy",
    "windows",
    "macos",
    "bsd",
    "arm",
    "gpu",
];

/// Categories.
pub(super) const CATEGORIES: &[&str] = &[
    "How-to",
    "Runbook",
    "Repair",
    "Review",
    "Migration",
    "Reference",
    "Emergency",
    "Checklist",
];

/// How hard a guide is.
pub(super) const DIFFICULTIES: &[&str] = &["intermediate", "beginner", "advanced", "expert"];

/// States of a review.
pub(super) const STATUSES: &[&str] = &["reviewed", "drafted", "approved", "needs update"];

/// Steps of a checklist.
pub(super) const STEPS: &[&str] = &[
    "Capture the current behavior",
    "Create a safe backup",
    "Test the smallest change",
    "Watch logs after release",
    "Write the final note",
    "Tell the people on call",
    "Agree on a way back",
    "Stop the scheduled jobs",
    "Compare both measurements",
    "Check the free space",
    "Label the cables",
    "Note the serial numbers",
    "Ask for a second pair of eyes",
    "Close the maintenance window",
    "Remove temporary access",
    "Update the inventory",
    "Confirm the alarm works",
    "Rehearse on the test system",
    "Archive the old settings",
    "Set a date for the next review",
];

/// First words of made-up names.
pub(super) const QUALIFIERS: &[&str] = &[
    "active", "order", "session", "cache", "user", "retry", "batch", "request", "backup", "stale",
    "tenant", "invoice", "shard", "replica", "upload", "queue", "token", "audit", "billing",
    "canary", "daily", "event", "export", "failed", "guest", "health", "image", "import", "index",
    "job", "key", "lease", "ledger", "legacy", "local", "login", "mail", "master", "media",
    "merge", "metric", "mirror", "nightly", "node", "offline", "orphan", "outbox", "owner",
    "parcel", "partial", "patch", "payment", "peer", "pending", "pool", "price", "primary",
    "probe", "proxy", "quota", "rack", "record", "region", "release", "remote", "report", "route",
    "schema", "search", "sensor", "shared", "snapshot", "spare", "stock", "storage", "stream",
    "sync", "task", "template", "thermal", "ticket", "trace", "transfer", "upstream", "vault",
    "vendor", "volume", "warm", "webhook", "worker", "zone",
];

/// Second words of made-up names.
pub(super) const THINGS: &[&str] = &[
    "count",
    "window",
    "limit",
    "state",
    "list",
    "table",
    "handler",
    "buffer",
    "log",
    "store",
    "index",
    "config",
    "timeout",
    "rate",
    "size",
    "budget",
    "policy",
    "pool",
    "queue",
    "lock",
    "record",
    "batch",
    "group",
    "client",
    "server",
    "cursor",
    "digest",
    "entry",
    "filter",
    "flag",
    "format",
    "gauge",
    "header",
    "history",
    "interval",
    "item",
    "journal",
    "label",
    "ledger",
    "level",
    "loader",
    "map",
    "marker",
    "monitor",
    "offset",
    "owner",
    "parser",
    "path",
    "payload",
    "pointer",
    "port",
    "probe",
    "range",
    "reader",
    "registry",
    "report",
    "result",
    "router",
    "row",
    "runner",
    "sample",
    "schedule",
    "scope",
    "script",
    "segment",
    "signal",
    "slot",
    "snapshot",
    "source",
    "stage",
    "stamp",
    "status",
    "summary",
    "target",
    "threshold",
    "ticket",
    "total",
    "tracker",
    "trigger",
    "usage",
    "value",
    "vector",
    "version",
    "view",
    "volume",
    "watcher",
    "weight",
    "worker",
    "writer",
];
