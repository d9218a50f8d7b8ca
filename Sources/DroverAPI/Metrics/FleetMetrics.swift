import DroverCore

/// What droverd as a whole says of itself.
enum FleetMetrics {
  static let families = [
    MetricFamily("drover_build_info", "1, with the version of droverd.") { view in
      [.init(1, .init("version", view.version))]
    },
    MetricFamily("drover_ready", "Whether the control plane can do its work, as /readyz says.") { view in
      [.init(view.isReady ? 1 : 0)]
    },
    MetricFamily("drover_revision_info", "1, with the commit of the manifests.") { view in
      guard let revision = view.fleet?[path: ["status", "revision"]]?.string else { return [] }
      return [.init(1, .init("revision", revision))]
    },
    MetricFamily("drover_config_last_reload_successful", "Whether every manifest of the newest reading is valid.") {
      view in
      errors(view).map { [.init($0 == 0 ? 1 : 0)] } ?? []
    },
    MetricFamily("drover_manifest_errors", "Errors in the manifests of the newest reading.") { view in
      errors(view).map { [.init($0)] } ?? []
    },
    MetricFamily("drover_objects", "Objects by kind and state of their reconciliation.") { view in
      let counts = view.fleet?[path: ["status", "counts"]]?.map ?? []
      return counts.flatMap { group in
        (group.value.map ?? []).compactMap { state in
          state.value.number.map { .init($0, .init("group", group.key), .init("state", state.key)) }
        }
      }
    },
    MetricFamily("drover_plan_pending_steps", "Steps of the newest plan that are still to be done, by their verb.") {
      view in
      let steps = view.fleet?[path: ["status", "plan", "steps"]]?.stringList ?? []
      let verbs = steps.compactMap { $0.split(separator: " ").first.map(String.init) }
      return Dictionary(grouping: verbs) { $0 }.sorted { $0.key < $1.key }.map { verb, all in
        .init(Double(all.count), .init("step", verb))
      }
    },
    MetricFamily("drover_prune_blocked", "Whether a prune waits to be confirmed.") { view in
      view.fleet.map { [.init($0.holds("PruneBlocked") ? 1 : 0)] } ?? []
    },
    MetricFamily("drover_watch_mode", "1, with how manifests are watched: inotify or poll.") { view in
      guard let mode = view.fleet?[path: ["status", "watch", "mode"]]?.string else { return [] }
      return [.init(1, .init("mode", mode))]
    },
    MetricFamily("drover_watch_overflows_total", "How often the kernel lost events of manifests.", kind: .counter) {
      view in
      view.fleet?.statusNumber("watch", "overflows").map { [.init($0)] } ?? []
    },
  ]

  private static func errors(_ view: MetricsView) -> Double? { view.fleet?.statusNumber("manifests", "errors") }
}
