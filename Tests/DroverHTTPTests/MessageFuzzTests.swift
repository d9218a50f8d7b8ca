import DroverHTTP
import DroverTestKit
import Testing

private let requests = [
  "POST /v1/chat HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close, x\r\n\r\n{} \n",
  "POST / HTTP/1.1\r\nhost: a\r\nTransfer-Encoding: chunked\r\n\r\na;b=c\r\n0123456789\r\n1\r\nx\r\n0\r\nT: u\r\n\r\n",
  "GET /a?b HTTP/1.0\r\nX: \r\nExpect: 100-continue\r\n\r\n",
]
private let responses = [
  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=5\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  "HTTP/1.0 500 Bad\r\n\r\nuntil the end",
]
private let alphabet = Array("\r\n :;,0aA\t\u{0}\u{7F}chunkedContent-Length".utf8)

/// What a reader makes of pieces: the same whatever the cut.
private enum Reading: Equatable {
  case request(ReadRequest?)
  case events([ResponseScanner.Event])
  case refused(HTTPSyntaxError)

  static func request(of pieces: [[UInt8]]) -> Reading {
    do throws(HTTPSyntaxError) { return .request(try readRequest(pieces)) } catch { return .refused(error) }
  }

  /// With pieces of the body joined.
  static func response(of pieces: [[UInt8]]) -> Reading {
    var scanner = ResponseScanner()
    var events: [ResponseScanner.Event] = []
    do throws(HTTPSyntaxError) {
      for piece in pieces {
        for event in try scanner.feed(piece) {
          if case .body(let new) = event, case .body(let old)? = events.last {
            events[events.count - 1] = .body(old + new)
          } else {
            events.append(event)
          }
        }
      }
      return .events(events + (try scanner.finish()))
    } catch {
      return .refused(error)
    }
  }
}

@Suite struct MessageFuzzTests {
  @Test func `mutated requests read the same in any pieces`() {
    var random = SplitMix64(seed: 1)
    for number in 0..<FuzzRun.cases(share: 25) {
      var bytes = Array(requests[number % requests.count].utf8)
      FuzzRun.mutate(&bytes, alphabet: alphabet, using: &random)
      let whole = Reading.request(of: [bytes])
      guard Reading.request(of: FuzzRun.cut(bytes, using: &random)) != whole else { continue }
      Issue.record("case \(number): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      return
    }
  }

  @Test func `mutated responses read the same in any pieces`() {
    var random = SplitMix64(seed: 2)
    for number in 0..<FuzzRun.cases(share: 25) {
      var bytes = Array(responses[number % responses.count].utf8)
      FuzzRun.mutate(&bytes, alphabet: alphabet, using: &random)
      let whole = Reading.response(of: [bytes])
      guard Reading.response(of: FuzzRun.cut(bytes, using: &random)) != whole else { continue }
      Issue.record("case \(number): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      return
    }
  }

  @Test func `an accepted request is written anew as one that reads the same`() throws {
    var random = SplitMix64(seed: 3)
    var accepted = 0
    for number in 0..<FuzzRun.cases(share: 8) {
      var bytes = Array(requests[number % requests.count].utf8)
      FuzzRun.mutate(&bytes, alphabet: alphabet, using: &random)
      var scanner = RequestHeadScanner()
      var position = 0
      guard let head = try? scanner.scan(bytes.span, at: &position) else { continue }
      accepted += 1
      var writer = HeadWriter(method: head.fields.bytes[head.methodRange], target: head.fields.bytes[head.targetRange])
      writer.add("Host", "upstream")
      writer.copy(head.fields, head.options) { $0.endsAtProxy }
      writer.add("Content-Length", 0)
      let written = try #require(writer.finish())
      let read = try #require(try readRequest([written]))
      #expect(read.framing == .length(0) && read.rest.isEmpty)
      #expect(read.fields.values(named: "transfer-encoding").isEmpty && read.fields.values(named: "expect").isEmpty)
    }
    #expect(accepted > 1000)
  }
}
