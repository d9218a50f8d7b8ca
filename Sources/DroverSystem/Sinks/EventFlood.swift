import DroverCore

/// Keeps a repeating event from filling the file: for each object and reason 25 at once, then one every five minutes, as
/// Kubernetes' event recorder does. Pure.
struct EventFlood {
  private struct Bucket {
    var tokens: Int
    var refilledAt: Timestamp
    var swallowed: Int
  }

  private struct Key: Hashable {
    var object: Identity?
    var reason: Reason
  }

  private static let burst = 25
  private static let refill = Duration.seconds(300)
  /// Beyond this many subjects the oldest knowledge is dropped, so that memory stays bounded.
  private static let limit = 4096
  private var buckets: [Key: Bucket] = [:]

  /// The event as it is to be written, with the number of those swallowed since the last one; nil if it is one too many.
  mutating func admit(_ event: FleetEvent) -> FleetEvent? {
    let key = Key(object: event.object, reason: event.reason)
    if buckets.count >= EventFlood.limit, buckets[key] == nil { buckets.removeAll() }
    var bucket = buckets[key] ?? Bucket(tokens: EventFlood.burst, refilledAt: event.time, swallowed: 0)
    let gained = (event.time - bucket.refilledAt).wholeMilliseconds / EventFlood.refill.wholeMilliseconds
    if gained > 0 {
      bucket.tokens = min(EventFlood.burst, bucket.tokens + Int(clamping: gained))
      bucket.refilledAt = event.time
    }
    guard bucket.tokens > 0 else {
      bucket.swallowed += 1
      buckets[key] = bucket
      return nil
    }
    bucket.tokens -= 1
    var written = event
    if bucket.swallowed > 0 {
      written.message += " (and \(bucket.swallowed) more like it)"
      bucket.swallowed = 0
    }
    buckets[key] = bucket
    return written
  }
}
