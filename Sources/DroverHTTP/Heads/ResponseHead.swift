/// The status line and header of a response, and what they say about where its body ends.
package struct ResponseHead: Hashable, Sendable {
  /// Minor version of HTTP/1: 0 or 1.
  package var minorVersion: Int
  package var status: Int
  package var reason: String
  package var fields: [HTTPField]
  package var framing: BodyFraming

  package init(minorVersion: Int = 1, status: Int, reason: String, fields: [HTTPField], framing: BodyFraming) {
    self.minorVersion = minorVersion
    self.status = status
    self.reason = reason
    self.fields = fields
    self.framing = framing
  }

  init(_ head: ReceivedResponseHead) {
    self.init(
      minorVersion: head.minorVersion, status: head.status, reason: head.fields.text(head.reasonRange),
      fields: head.fields.list, framing: head.framing)
  }
}
