import DroverCore
import HTTPTypes
import Hummingbird
import NIOCore

/// What a handler answers.
struct Reply: Sendable {
  /// Writes a body of unknown length, and ends it.
  typealias Stream = @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void

  var status: HTTPResponse.Status = .ok
  var contentType = "application/json"
  var body: [UInt8]
  /// What takes the place of ``body`` where its end is not known yet.
  var stream: Stream?
  /// Whether the connection cannot take another request.
  var closesConnection = false
  var allowedMethods: [String] = []
  /// Whether to say which sort of credentials are expected.
  var asksForToken = false

  init(json value: FieldValue, status: HTTPResponse.Status = .ok) {
    self.status = status
    body = Array(value.json.utf8)
  }

  init(json bytes: [UInt8]) { body = bytes }

  init(eventStream: @escaping Stream) {
    contentType = "text/event-stream"
    body = []
    stream = eventStream
  }

  init(text: String, status: HTTPResponse.Status = .ok) {
    self.status = status
    contentType = "text/plain; charset=utf-8"
    body = Array(text.utf8)
  }

  init(_ error: APIError) {
    self.init(json: error.body, status: error.status)
    allowedMethods = error.allowedMethods
    asksForToken = error.code == .unauthorized
  }

  var response: Response {
    var headers: HTTPFields = [
      .contentType: contentType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]
    if asksForToken { headers[.wwwAuthenticate] = "Bearer" }
    if closesConnection { headers[.connection] = "close" }
    if !allowedMethods.isEmpty { headers[.allow] = allowedMethods.joined(separator: ", ") }
    if let stream { return Response(status: status, headers: headers, body: ResponseBody(stream)) }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
