import DroverCore

/// What each object says of itself. A series ends with its object.
enum ObjectMetrics {
  static let families = [
    MetricFamily("drover_object_condition", "1, with the status of a condition.") { view in
      view.objects.flatMap { object in
        let labels = [
          MetricFamily.Label("kind", object["kind"]?.string ?? ""), MetricFamily.Label("name", object.objectName),
        ]
        return object.conditions.map { condition in
          var sample = MetricFamily.Sample(1)
          sample.labels = labels + [.init("type", condition.type), .init("status", condition.status)]
          return sample
        }
      }
    },
    MetricFamily("drover_override_active", "How many fields are held against their manifest.") { view in
      view.objects.compactMap { object in
        guard let overrides = object[path: ["status", "overrides"]]?.list, !overrides.isEmpty else { return nil }
        return .init(
          Double(overrides.count), .init("kind", object["kind"]?.string ?? ""), .init("name", object.objectName))
      }
    },
    MetricFamily("drover_model_serving", "Whether a request for the model would be answered now.") { view in
      view.objects(of: .model).map { .init($0.holds("Serving") ? 1 : 0, .init("model", $0.objectName)) }
    },
    MetricFamily("drover_model_loaded", "Whether the model is loaded.") { view in
      view.objects(of: .model).map { .init($0.holds("Loaded") ? 1 : 0, .init("model", $0.objectName)) }
    },
    MetricFamily("drover_model_restarts_total", "How often the process of the model was started again.", kind: .counter)
    {
      view in
      view.objects(of: .model).compactMap { model in
        model.statusNumber("process", "restarts").map { .init($0, .init("model", model.objectName)) }
      }
    },
    MetricFamily("drover_model_sunset_timestamp_seconds", "When the model ceases to be served.") { view in
      view.objects(of: .model).compactMap { model in
        let sunset = model.seconds("spec", "deprecation", "sunset") ?? model.seconds("status", "retiresAt")
        return sunset.map { .init($0, .init("model", model.objectName)) }
      }
    },
  ]
}
