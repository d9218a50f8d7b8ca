import DroverCore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What Hummingbird knows of a request beside the request itself.
struct ControlContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// Answers requests: access first, then path and method, then the handler.
struct ControlResponder: HTTPResponder {
  let access: AccessPolicy
  let table: RouteTable
  var bodyTimeout = Duration.seconds(30)

  func respond(to request: Request, context: ControlContext) async throws -> Response {
    var reply: Reply
    do {
      let holder = try access.check(
        AccessPolicy.Request(
          method: request.method.rawValue, path: request.uri.path, authority: request.head.authority,
          origin: request.headers[.origin], authorization: request.headers[.authorization]))
      let (route, arguments) = try table.match(method: request.method.rawValue, path: request.uri.path)
      let call = Call(
        arguments: arguments, query: try Query(request.uri.query, known: route.parameters),
        actor: await Self.actor(holder, context.channel), request: request, bodyLimit: route.bodyLimit,
        bodyTimeout: bodyTimeout)
      reply = try await route.handler(call)
    } catch let error as APIError {
      reply = Reply(error)
      // The rest of a body that is too large is not worth reading.
      reply.closesConnection = error.code == .tooLarge || error.code == .timedOut
    } catch let error where !(error is CancellationError) {
      reply = Reply(APIError(code: .internalError, message: "droverd failed at this request: \(error)"))
    }
    return request.method == .head ? reply.response.createHeadResponse() : reply.response
  }

  private static func actor(_ holder: String?, _ channel: any Channel) async -> String {
    if let holder { return holder }
    if let user = await PeerCredentials.user(of: channel) { return "socket:\(user)" }
    return "tcp:\(channel.remoteAddress?.ipAddress ?? "unknown")"
  }
}
