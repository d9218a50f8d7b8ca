/// What an operation does, takes and answers, beside what its route says by itself.
struct OperationNote: Sendable {
  struct Body: Sendable {
    /// Name of a schema.
    var schema: String
    var isRequired: Bool
  }

  struct Reply: Sendable {
    var status = 200
    var description: String
    /// Name of a schema; nil: a text.
    var schema: String?
    var contentType = "application/json"
  }

  var summary: String
  /// Query parameters that have to be given.
  var needed: [String]
  var body: Body?
  var replies: [Reply]

  /// An operation that answers JSON of one schema.
  init(
    _ summary: String, _ schema: String = "Object", status: Int = 200, needed: [String] = [], body: String? = nil,
    isBodyRequired: Bool = true
  ) {
    self.summary = summary
    self.needed = needed
    self.body = body.map { Body(schema: $0, isRequired: isBodyRequired) }
    replies = [Reply(status: status, description: "Done.", schema: schema)]
  }

  init(_ summary: String, text contentType: String, also status: Int? = nil) {
    self.summary = summary
    needed = []
    replies = [Reply(description: "Done.", contentType: contentType)]
    if let status { replies.append(Reply(status: status, description: "Not now.", contentType: contentType)) }
  }

  /// This one, which may answer with another status too.
  func or(_ status: Int, _ description: String, _ schema: String) -> OperationNote {
    var note = self
    note.replies.append(Reply(status: status, description: description, schema: schema))
    return note
  }
}
