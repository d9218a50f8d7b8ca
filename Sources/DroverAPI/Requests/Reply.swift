import DroverCore
import HTTPTypes
import Hummingbird
import NIOCore

/// What a handler answers.
struct Reply: Equatable, Sendable {
  var status: HTTPResponse.Status = .ok
  var contentType = "application/json"
  var body: [UInt8]
  /// Whether the connection cannot take another request.
  var closesConnection = false
  var allowedMethods: [String] = []

  init(json value: FieldValue, status: HTTPResponse.Status = .ok) {
    self.status = status
    body = Array(value.json.utf8)
  }

  init(json bytes: [UInt8]) { body = bytes }

  init(text: String, status: HTTPResponse.Status = .ok) {
    self.status = status
    contentType = "text/plain; charset=utf-8"
    body = Array(text.utf8)
  }

  init(_ error: APIError) {
    self.init(json: error.body, status: error.status)
    allowedMethods = error.allowedMethods
  }

  var response: Response {
    var headers: HTTPFields = [
      .contentType: contentType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]
    if closesConnection { headers[.connection] = "close" }
    if !allowedMethods.isEmpty { headers[.allow] = allowedMethods.joined(separator: ", ") }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
