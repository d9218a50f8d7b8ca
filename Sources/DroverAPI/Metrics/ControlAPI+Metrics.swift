import DroverCore

extension ControlAPI {
  /// For Prometheus.
  var metricRoutes: [Route] {
    [
      Route(.get, "/metrics") { [control, options] _ in
        let view = MetricsView(
          version: options.version, isReady: await control.readiness().isReady, objects: await control.objects(of: nil))
        var reply = Reply(text: MetricsText.render(MetricCatalogue.all, view))
        reply.contentType = MetricsText.contentType
        return reply
      }
    ]
  }
}
