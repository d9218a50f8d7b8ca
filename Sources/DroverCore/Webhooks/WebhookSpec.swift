/// One element of `Fleet.spec.webhooks`: where events are sent, which ones, and what signs them.
package struct WebhookSpec: Hashable, Sendable {
  package var url: String
  /// Names of events; nil: all that are kept.
  package var events: Set<String>?
  /// Name of a secret of the host policy; nil: nothing is signed.
  package var secret: String?

  package init(url: String, events: Set<String>? = nil, secret: String? = nil) {
    self.url = url
    self.events = events
    self.secret = secret
  }

  /// Those of the Fleet's effective spec, each once.
  package static func all(of spec: FieldValue) -> [WebhookSpec] {
    var found: [WebhookSpec] = []
    for element in spec["webhooks"]?.list ?? [] {
      guard let url = element.value["url"]?.string else { continue }
      let events = element.value["events"].flatMap { $0.list == nil ? nil : Set($0.stringList) }
      let hook = WebhookSpec(url: url, events: events, secret: element.value["secret"]?.string)
      if !found.contains(hook) { found.append(hook) }
    }
    return found
  }

  /// The event that tells of deliveries that failed: it is never sent, since it would fail as well.
  package static let failureEvent = "webhook-failed"
  /// Events that come with every request, and that nothing keeps: they are sent only where they are named.
  private static let streamed: Set<String> = ["usage-recorded"]

  package func wants(_ event: String) -> Bool {
    guard event != Self.failureEvent else { return false }
    return events?.contains(event) ?? !Self.streamed.contains(event)
  }

  /// The address for people, without its path, which is a secret at some receivers.
  package var shown: String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count > 2 else { return url }
    return parts[0] + "//" + (parts[2].split(separator: "@").last ?? "").prefix { $0 != "?" && $0 != "#" }
  }
}
