import DroverHTTP
import Glibc

/// HTTP/1.1 over a blocking socket, one connection for each request.
package struct SocketTransport: FleetTransport {
  private let address: ServerAddress

  package init(_ address: ServerAddress) { self.address = address }

  /// Bytes of a reply that are kept; the objects of 10,000 models are a fifth of it.
  private static let replyLimit = 256 << 20

  package func exchange(_ request: FleetRequest) throws(CLIError) -> FleetReply {
    let head = try head(of: request)
    do throws(BlockingSocket.Failure) {
      let socket = try BlockingSocket(connectingTo: address, timeout: min(request.timeout, .seconds(10)))
      return try converse(socket, head + (request.body ?? []), request)
    } catch {
      throw unreachable(error)
    }
  }

  private func head(of request: FleetRequest) throws(CLIError) -> [UInt8] {
    var fields = [
      HTTPField("Host", address.authority), HTTPField("Accept", "application/json"), HTTPField("Connection", "close"),
    ]
    if let token = request.token { fields.append(HTTPField("Authorization", "Bearer " + token)) }
    if let body = request.body {
      fields.append(HTTPField("Content-Type", "application/json"))
      fields.append(HTTPField("Content-Length", String(body.count)))
    }
    guard let bytes = RequestHead(method: request.method, target: request.target, fields: fields).bytes else {
      throw CLIError("cannot ask \(address) for '\(request.target)': it holds characters that no request may")
    }
    return bytes
  }

  private func converse(
    _ socket: borrowing BlockingSocket, _ bytes: [UInt8], _ request: FleetRequest
  ) throws(BlockingSocket.Failure) -> FleetReply {
    socket.setTimeout(request.timeout)
    try socket.send(bytes)
    var scanner = ResponseScanner(isBodiless: request.method == "HEAD")
    var reply = FleetReply(status: 0, body: [])
    while !scanner.isDone {
      let piece = try socket.receive()
      do throws(HTTPSyntaxError) {
        for event in piece.isEmpty ? try scanner.finish() : try scanner.feed(piece) {
          switch event {
          case .head(let head): reply.status = head.status
          case .body(let bytes): reply.body += bytes
          case .end: break
          }
        }
      } catch {
        throw BlockingSocket.Failure(code: EPROTO, resolver: "its reply is malformed: \(error)")
      }
      guard reply.body.count <= SocketTransport.replyLimit else { throw BlockingSocket.Failure(code: EMSGSIZE) }
    }
    return reply
  }

  private func unreachable(_ failure: BlockingSocket.Failure) -> CLIError {
    CLIError(
      "cannot reach droverd at \(address): \(failure.text); start it with 'drover run --manifests DIR' or name "
        + "another with --server", isUnreachable: failure.code != EMSGSIZE)
  }
}
