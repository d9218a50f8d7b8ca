import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

extension ControlResponder {
  /// A server of the API. The framework's own application runs a timer each second for the time of day of its replies,
  /// whether anybody asks or not; here a reply costs its date.
  func server(
    at address: BindAddress, logger: Logger, onBound: @escaping @Sendable (any Channel) async -> Void
  ) throws -> any Service {
    try HTTPServerBuilder.control.buildServer(
      configuration: ServerConfiguration(address: address), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: logger.quiet,
      responder: { request, writer, channel in
        let response = await answer(request, on: channel, logger: logger.quiet)
        try await writer.write(response: response.head, body: response.body)
      }, onServerRunning: onBound)
  }

  /// The reply to one request, with the time of day.
  func answer(_ request: Request, on channel: any Channel, logger: Logger) async -> Response {
    let context = ControlContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
    var response: Response
    do {
      response = try await respond(to: request, context: context)
    } catch {
      response = Response(status: .internalServerError)
    }
    response.headers[.date] = HTTPDate.now
    return response
  }
}
