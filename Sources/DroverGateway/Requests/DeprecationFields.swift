import DroverCore
import DroverHTTP

extension RouteDeprecation {
  /// Says in a reply that its model goes: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where the model to use
  /// instead is described, as a link of the relation `successor-version` (RFC 5829).
  var fields: [HTTPField] {
    var fields = [HTTPField("Deprecation", "@\(since.milliseconds.flooredQuotient(1000))")]
    if let sunset { fields.append(HTTPField("Sunset", sunset.httpDate)) }
    if let replacement {
      fields.append(
        HTTPField("Link", "</v1/models/\(PercentEncoding.encode(replacement))>; rel=\"successor-version\""))
    }
    return fields
  }
}

extension Refusal {
  /// A model that was let go by its manifest.
  init(retired model: ModelRoute, _ deprecation: RouteDeprecation) {
    let end = deprecation.sunset.map { " at \($0)" } ?? ""
    let advice = deprecation.replacement.map { "; use '\($0)' instead" } ?? ""
    self.init(
      410, "model_retired", "model '\(model.name)' was retired\(end)\(advice)", parameter: "model", shouldRetry: false)
  }
}
