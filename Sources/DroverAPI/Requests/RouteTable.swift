import DroverCore
import HTTPTypes

/// One path and method, and what answers it.
struct Route: Sendable {
  typealias Handler = @Sendable (Call) async throws -> Reply

  enum Method: String, Sendable { case get = "GET", post = "POST" }

  var method: Method
  /// `/api/v1/resources/{plural}`; a segment in braces takes any one segment.
  var pattern: String
  /// Query parameters that it takes.
  var parameters: [String]
  /// Bytes of body that it takes.
  var bodyLimit: Int
  var handler: Handler

  private let segments: [Substring]

  init(
    _ method: Method, _ pattern: String, parameters: [String] = [], bodyLimit: Int = 1 << 20,
    handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.parameters = parameters
    self.bodyLimit = bodyLimit
    self.handler = handler
    segments = pattern.split(separator: "/", omittingEmptySubsequences: false)
  }

  /// What stands in the places of the braces, decoded; nil where the path is another one.
  func arguments(of path: [Substring]) -> [String]? {
    guard path.count == segments.count else { return nil }
    var arguments: [String] = []
    for (segment, part) in zip(segments, path) {
      guard let text = percentDecoded(part) else { return nil }
      if segment.first == "{" {
        guard !text.isEmpty else { return nil }
        arguments.append(text)
      } else if segment != text {
        return nil
      }
    }
    return arguments
  }
}

/// All routes of a server.
struct RouteTable: Sendable {
  var routes: [Route]

  /// The route of a request, and the arguments in its path. HEAD is answered as GET is.
  func match(method: String, path: String) throws(APIError) -> (route: Route, arguments: [String]) {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    var allowed: [String] = []
    for route in routes {
      guard let arguments = route.arguments(of: segments) else { continue }
      if route.method.rawValue == method || route.method == .get && method == "HEAD" { return (route, arguments) }
      allowed += route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue]
    }
    guard allowed.isEmpty else {
      throw APIError(
        code: .methodNotAllowed, message: "\(path) does not take \(method); use \(allowed.joined(separator: ", "))",
        allowedMethods: allowed)
    }
    throw .notFound("path", path, among: routes.map(\.pattern))
  }
}
