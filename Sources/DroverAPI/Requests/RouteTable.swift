import DroverCore

/// All routes of a server.
struct RouteTable: Sendable {
  private let routes: [Route]

  init(routes: [Route]) {
    // In a stable order, so that of two routes that take a path the more literal one is found first.
    self.routes = routes.enumerated().sorted { left, right in
      if left.element.pattern.precedes(right.element.pattern) { return true }
      if right.element.pattern.precedes(left.element.pattern) { return false }
      return left.offset < right.offset
    }.map(\.element)
  }

  /// The route of a request, and the arguments in its path. HEAD is answered as GET is. A path belongs to the most
  /// literal pattern that takes it, whatever its methods.
  func match(method: String, path: String) throws(APIError) -> (route: Route, arguments: [String]) {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    var owner: PathPattern?
    var allowed: [String] = []
    for route in routes {
      if let owner, !route.pattern.isTwin(of: owner) { continue }
      guard let arguments = route.pattern.arguments(of: segments) else { continue }
      owner = route.pattern
      if route.method.rawValue == method || route.method == .get && method == "HEAD" { return (route, arguments) }
      allowed += route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue]
    }
    guard allowed.isEmpty else {
      throw APIError(
        code: .methodNotAllowed, message: "\(path) does not take \(method); use \(allowed.joined(separator: ", "))",
        allowedMethods: allowed)
    }
    throw .notFound("path", path, among: routes.map(\.pattern.text))
  }
}
