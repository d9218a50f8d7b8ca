import DroverCore
import DroverHTTP

extension FleetClient {
  /// Sums of usage, told apart by one dimension. `filters` are the server's parameters, by name.
  func usage(
    by dimension: String, since start: Timestamp?, filters: [(name: String, value: String)]
  ) throws(CLIError) -> [FieldValue] {
    let terms =
      [("by", dimension)] + (start.map { [("since", $0.description)] } ?? [])
      + filters.map { ($0.name, PercentEncoding.encode($0.value)) }
    let query = terms.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    return (try json(FleetRequest("GET", "/api/v1/usage?" + query))["items"]?.list ?? []).map(\.value)
  }
}
