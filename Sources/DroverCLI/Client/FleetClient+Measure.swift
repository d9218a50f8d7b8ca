package import DroverCore
import DroverHTTP

extension FleetClient {
  /// Profiles a model, and returns when that is done.
  package func profile(_ model: String, testCount: Int?) throws(CLIError) -> ModelMetrics {
    let body = FieldValue.object(["testCount": testCount.map { .integer(Int64($0)) }])
    let answer = try json(
      FleetRequest("POST", target(model, "profile"), body: Array(body.json.utf8), timeout: .seconds(86_400)))
    guard let metrics = answer["metrics"] else { throw malformed("metrics") }
    return ModelMetrics(metrics)
  }

  /// The profiles that are kept of a model, newest first.
  package func profiles(of model: String) throws(CLIError) -> [ProfileRecord] {
    (try json(FleetRequest("GET", target(model, "profiles")))["profiles"]?.list ?? [])
      .compactMap { ProfileRecord($0.value) }
  }

  /// Tries what a model can do; names with the sources by which each is known.
  package func probe(_ model: String, allowsCost: Bool) throws(CLIError) -> [(name: String, source: String)] {
    let body = FieldValue.object(["probe": .bool(true), "allowCost": allowsCost ? .bool(true) : nil])
    let answer = try json(
      FleetRequest("POST", target(model, "capabilities"), body: Array(body.json.utf8), timeout: .seconds(3600)))
    return (answer["sources"]?.map ?? []).map { ($0.key, $0.value.string ?? "") }
  }

  private func target(_ model: String, _ what: String) -> String {
    "/api/v1/models/\(PercentEncoding.encode(model))/\(what)"
  }
}
