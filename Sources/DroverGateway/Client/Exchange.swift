import DroverAdmission
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
  /// What its sender may use.
  let grant: AccessGrant
  var use: ModelUse?
  var wait: ModelWait?
  var upstream: Upstream?
  var connection: UpstreamConnection?
  var attempts = 0
  /// Whether it was counted how it ended.
  var isCounted = false
  var relay = ReplyRelay()
  /// What was taken for it; nil before.
  var charge: Charge?
  /// Pieces of the reply that wait until its settlement is in the journal.
  var tail: [ReplyRelay.Piece] = []
  /// Whether the upstream's connection may carry another exchange, known once the reply is whole.
  var keepsUpstream = false
  var isUpstreamGone = false
  private var isReplacement = false
  let output: OutputBound

  init(
    path: InferencePath, model: ModelRoute, fields: PolicyFields, grant: AccessGrant, head: ReceivedRequestHead,
    body: ByteBuffer, requestID: String
  ) {
    self.grant = grant
    output = OutputBound(path, model.provider.type, fields)
    self.path = path
    self.model = model
    self.fields = fields
    self.head = head
    self.body = body
    self.requestID = requestID
    relay.tellsOfDeprecation = model.deprecation != nil
  }

  var limits: UpstreamLimits {
    UpstreamLimits(
      connect: model.provider.connectTimeout, firstByte: model.provider.firstByteTimeout,
      idle: model.provider.idleTimeout, total: model.provider.totalTimeout,
      isFree: charge?.isFree ?? model.provider.isLocal,
      drains: drains)
  }

  /// Under a budget a reply is read to its end, for the exact bill, although its client is gone.
  private var drains: Bool {
    switch model.provider.onDisconnect {
    case .drain: true
    case .cancel: false
    case .auto: charge?.holdsMoney ?? false
    }
  }

  /// The same request to the model that a budget names for when nothing is left; nil where the refusal holds. Nobody is
  /// sent on twice.
  func replacement(after refusal: DroverAdmission.Refusal, _ routing: Routing, now: Timestamp) -> Exchange? {
    guard !isReplacement, case .budget(let excess) = refusal, excess.cause == .exhausted,
      case .switchTo(let name) = excess.onExhausted,
      let other = try? RequestRouter(routing: routing, grant: grant, now: now).route(path, model: name)
    else { return nil }
    let exchange = Exchange(
      path: path, model: other, fields: fields, grant: grant, head: head, body: body, requestID: requestID)
    exchange.isReplacement = true
    return exchange
  }

  /// What it asks limits and budgets for.
  private(set) lazy var inquiry: AdmissionDesk.Inquiry = {
    let whole = body
    let content = RequestContent(whole.readableBytesUInt8Span)
    return AdmissionDesk.Inquiry(
      model: model.name, key: model.key, accessKey: grant.accessKey,
      demand: RequestDemand.demand(
        path, fields, content, bytes: body.readableBytes, provider: model.provider.type, asked: output.asked))
  }()

  /// Whether the stream is asked for its usage although its client did not.
  var asksForUsage: Bool {
    guard path == .chat || path == .completions, fields.streams, !fields.includesUsage else { return false }
    // A server of no known kind may refuse what it does not know: it is asked only where money hangs on it.
    return model.provider.type != .custom || charge?.holdsMoney ?? false
  }

  /// Tokens of answer that the upstream is told at most; nil: what the request itself says is enough.
  private var outputLimit: Int64? {
    guard let charge, path != .embeddings, path != .countTokens else { return nil }
    return charge.outputLimit ?? (charge.isCounted ? output.asked : nil)
  }

  /// The request as the upstream is sent it: a head of our own, and the body with the upstream's name of the model, and
  /// with what limits, budgets and the meter need. Nil where a part cannot be written.
  func outgoing(to upstream: Upstream, allocator: ByteBufferAllocator) -> ByteBuffer? {
    var edits = BodyEdits(fields.object, names: PolicyField.names)
    if fields.model != upstream.modelID {
      edits.set(PolicyField.model.rawValue, to: JSONString.encode(upstream.modelID))
    }
    if let outputLimit { output.hold(to: outputLimit, fields, &edits) }
    let whole = body
    if asksForUsage { fields.askForUsage(&edits, body: whole.readableBytesUInt8Span) }
    guard !edits.isEmpty else {
      return buffer(to: upstream, length: body.readableBytes, allocator) { $0.writeImmutableBuffer(body) }
    }
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
