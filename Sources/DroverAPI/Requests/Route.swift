import DroverCore

/// One path and method, and what answers it.
struct Route: Sendable {
  typealias Handler = @Sendable (Call) async throws -> Reply

  enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE" }

  var method: Method
  /// `/api/v1/resources/{plural}`; see ``PathPattern``.
  var pattern: PathPattern
  /// Query parameters that it takes.
  var parameters: [String]
  /// Bytes of body that it takes.
  var bodyLimit: Int
  var handler: Handler

  init(
    _ method: Method, _ pattern: String, parameters: [String] = [], bodyLimit: Int = 1 << 20,
    handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = PathPattern(pattern)
    self.parameters = parameters
    self.bodyLimit = bodyLimit
    self.handler = handler
  }
}
