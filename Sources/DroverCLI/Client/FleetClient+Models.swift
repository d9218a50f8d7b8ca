import DroverCore
import DroverHTTP

extension FleetClient {
  /// Models of manifests and discovered ones, as the API lists them, sorted by key.
  func models(provider: String?, capability: String?, status: String?) throws(CLIError) -> [FieldValue] {
    let terms = [("provider", provider), ("capability", capability), ("status", status)]
    let query = terms.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
    let target = "/api/v1/models" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    return (try json(FleetRequest("GET", target))["models"]?.list ?? []).map(\.value)
  }

  /// All models with all that is known of each, sorted by key.
  func export() throws(CLIError) -> [FieldValue] {
    (try json(FleetRequest("GET", "/api/v1/models/export")).list ?? []).map(\.value)
  }

  /// Asks one provider, or all, for their models.
  func discover(_ provider: String?) throws(CLIError) -> FieldValue {
    let body = FieldValue.object(["provider": provider.map { .string($0) }])
    return try json(
      FleetRequest("POST", "/api/v1/models/discover", body: Array(body.json.utf8), timeout: .seconds(120)))
  }
}
