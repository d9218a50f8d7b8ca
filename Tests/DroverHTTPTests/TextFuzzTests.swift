import DroverHTTP
import DroverTestKit
import Foundation
import Testing

private let streams = [
  "data: {\"choices\":[]}\n\ndata: [DONE]\n\n", "event: message_start\r\ndata: {}\r\n\r\n: ping\r\rdata:a\rdata\r\r",
  "\u{FEFF}id: 1\nretry: 3\ndata: é\n\n",
]
private let objects = [
  #"{"model":"a","messages":[{"role":"user","content":"x\n\"y\" é"}],"max_tokens":64,"stream":true,"n":1}"#,
  #"{"\u006dodel":"\ud83d\ude00","prompt":["a",[1,2.5e-3]],"stream_options":{"include_usage":false},"x":null}"#,
  #" { "a" : { "b" : [ [ ] , { } ] } , "model" : "m" , "keep_alive" : -1 } "#,
]

@Suite struct TextFuzzTests {
  @Test func `mutated streams of events read the same in any pieces`() {
    func events(_ pieces: [[UInt8]]) -> [SSEEvent] {
      var scanner = SSEScanner(limit: 64)
      var events: [SSEEvent] = []
      for piece in pieces {
        var position = 0
        while let event = scanner.scan(piece.span, at: &position) { events.append(event) }
      }
      return events
    }
    var random = SplitMix64(seed: 4)
    for number in 0..<FuzzRun.cases(share: 15) {
      var bytes = Array((streams[number % 3] + streams[number / 3 % 3]).utf8)
      FuzzRun.mutate(&bytes, alphabet: Array("\r\n: datevn\u{FEFF}".utf8), using: &random)
      guard events([bytes]) != events(FuzzRun.cut(bytes, using: &random)) else { continue }
      Issue.record("case \(number): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      return
    }
  }

  /// Beside the cuts: whatever is accepted is JSON to another reader too, and names the same model.
  @Test func `mutated bodies read the same in any pieces, and as another reader reads them`() {
    func scan(_ pieces: [[UInt8]]) -> Result<ScannedObject, JSONScanError> {
      do throws(JSONScanError) {
        var scanner = ObjectScanner(names: PolicyField.names)
        for piece in pieces { try scanner.scan(piece.span) }
        return .success(try scanner.finish())
      } catch {
        return .failure(error)
      }
    }
    var random = SplitMix64(seed: 5)
    var agreed = 0
    for number in 0..<FuzzRun.cases(share: 25) {
      var bytes = Array(objects[number % objects.count].utf8)
      FuzzRun.mutate(
        &bytes, alphabet: Array(#"{}[]",:\u0e-.tfn m"#.utf8) + [0, 0x1F, 0xC5, 0xBF, 0xFF], using: &random)
      let whole = scan([bytes])
      guard whole == scan(FuzzRun.cut(bytes, using: &random)) else {
        Issue.record("case \(number): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        return
      }
      guard number % 8 == 0, case .success = whole, String(validating: bytes, as: UTF8.self) != nil,
        let fields = try? PolicyFields.read(bytes.span)
      else { continue }
      let other = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      // A lone surrogate is JSON by its grammar and no text to most readers.
      if other == nil, String(decoding: bytes, as: UTF8.self).lowercased().contains("\\u") { continue }
      guard let other, other["model"] as? String == fields.model else {
        Issue.record("case \(number): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        return
      }
      agreed += 1
    }
    #expect(agreed > 500)
  }
}
