import DroverCore
import DroverHTTP
import NIOCore

/// What one exchange carries from its admission to its end.
final class Exchange {
  let path: InferencePath
  let model: ModelRoute
  let fields: PolicyFields
  /// The request as it came.
  let head: ReceivedRequestHead
  let body: ByteBuffer
  let requestID: String
  /// Name of the AccessKey of the sender; nil where the gateway asks for none.
  let accessKey: String?
  var use: ModelUse?
  var wait: ModelWait?
  var upstream: Upstream?
  var connection: UpstreamConnection?
  var attempts = 0
  /// Whether it was counted how it ended.
  var isCounted = false
  var relay = ReplyRelay()

  init(
    path: InferencePath, model: ModelRoute, fields: PolicyFields, head: ReceivedRequestHead, body: ByteBuffer,
    requestID: String, accessKey: String?
  ) {
    self.path = path
    self.model = model
    self.fields = fields
    self.head = head
    self.body = body
    self.requestID = requestID
    self.accessKey = accessKey
    relay.tellsOfDeprecation = model.deprecation != nil
  }

  var limits: UpstreamLimits {
    UpstreamLimits(
      connect: model.provider.connectTimeout, firstByte: model.provider.firstByteTimeout,
      idle: model.provider.idleTimeout, total: model.provider.totalTimeout, isFree: model.provider.isLocal,
      drains: model.provider.drainsOnDisconnect)
  }

  /// The request as the upstream is sent it: a head of our own, and the body with the upstream's name of the model where
  /// that is another. Nil where a part cannot be written.
  func outgoing(to upstream: Upstream, allocator: ByteBufferAllocator) -> ByteBuffer? {
    var edits = BodyEdits(fields.object, names: PolicyField.names)
    if fields.model != upstream.modelID {
      edits.set(PolicyField.model.rawValue, to: JSONString.encode(upstream.modelID))
    }
    guard !edits.isEmpty else {
      return buffer(to: upstream, length: body.readableBytes, allocator) { $0.writeImmutableBuffer(body) }
    }
    let whole = body
    let edited = edits.applied(to: whole.readableBytesUInt8Span)
    return buffer(to: upstream, length: edited.count, allocator) { $0.writeBytes(edited) }
  }

  private func buffer(
    to upstream: Upstream, length: Int, _ allocator: ByteBufferAllocator, addBody: (inout ByteBuffer) -> Void
  ) -> ByteBuffer? {
    guard let head = outgoingHead(to: upstream, length: length) else { return nil }
    var buffer = allocator.buffer(capacity: head.count + length)
    buffer.writeBytes(head)
    addBody(&buffer)
    return buffer
  }

  private func outgoingHead(to upstream: Upstream, length: Int) -> [UInt8]? {
    let query = head.fields.bytes[head.targetRange].drop { $0 != UInt8(ascii: "?") }
    var writer = HeadWriter(
      method: "POST".utf8, target: Array((upstream.basePath + path.rawValue).utf8) + query)
    writer.add("Host", upstream.authority)
    if let key = upstream.key {
      switch key.form {
      case .bearer: writer.add("Authorization", "Bearer " + key.value)
      case .apiKey: writer.add("X-API-Key", key.value)
      }
    }
    writer.add("Accept-Encoding", "identity")
    writer.add("Content-Length", length)
    if model.provider.type == .claude, head.fields.list.values(named: "anthropic-version").isEmpty {
      writer.add("Anthropic-Version", "2023-06-01")
    }
    writer.copy(head.fields, head.options) { $0.endsAtProxy }
    return writer.finish()
  }
}
