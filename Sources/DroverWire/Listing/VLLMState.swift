import DroverCore

/// What vLLM says of itself beside its listing.
package enum VLLMState {
  /// `GET /is_sleeping`; nil where the body is something else.
  package static func isSleeping(_ body: [UInt8]) -> Bool? { (try? JSONReader.read(body))?["is_sleeping"]?.bool }

  /// The requests in work and in its queue, from `GET /metrics`; nil where it does not tell.
  package static func inFlight(_ body: [UInt8]) -> Int? {
    var sum: Double?
    for line in String(decoding: body, as: UTF8.self).split(separator: "\n") {
      guard
        ["vllm:num_requests_running", "vllm:num_requests_waiting"].contains(line.prefix { $0 != "{" && $0 != " " }),
        let value = line.split(separator: " ").last.flatMap({ Double($0) }), value.isFinite
      else { continue }
      sum = (sum ?? 0) + value
    }
    return sum.flatMap { Int(exactly: $0.rounded()) }
  }
}
