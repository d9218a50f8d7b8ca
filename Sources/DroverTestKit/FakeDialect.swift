package import DroverCore
import NIOHTTP1

/// How one kind of server answers. What it remembers from one request to the next is in a ``FakeMemory``.
package protocol FakeDialect: Sendable {
  /// The body of the listing of `models`, made once for each script.
  func listing(of models: [String]) -> [UInt8]

  func purpose(of request: FakeRequest) -> FakePurpose

  func answer(_ request: FakeRequest, _ script: FakeProvider.Script, _ memory: inout FakeMemory) -> FakeAnswer
}

/// What a request is for: they are counted apart, and can be made to fail apart.
package enum FakePurpose: Sendable { case listing, inference, load, other }

package struct FakeRequest: Sendable {
  package var method: String
  package var path: String
  /// Behind the `?`, by name.
  package var query: [String: String]
  /// By lower-case name.
  package var headers: [String: String]
  package var body: FieldValue?

  init(_ head: HTTPRequestHead, body: [UInt8]) {
    method = head.method.rawValue
    let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
    path = parts.first ?? ""
    query = [:]
    for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1).map(String.init)
      query[halves[0]] = halves.count > 1 ? halves[1] : ""
    }
    headers = [:]
    for header in head.headers { headers[header.name.lowercased()] = header.value }
    self.body = body.isEmpty ? nil : try? JSONReader.read(body)
  }

  /// Whether it carries the token that the script asks for, as a bearer.
  func isAuthorised(_ script: FakeProvider.Script) -> Bool {
    guard let token = script.token else { return true }
    return headers["authorization"] == "Bearer " + token
  }
}

package struct FakeAnswer: Sendable {
  package var status = 200
  package var headers: [(String, String)] = []
  package var contentType = "application/json"
  package var body: [UInt8] = []
  /// How long it takes.
  package var delay: Duration?
  /// What is true once it is sent.
  package var effect: (@Sendable (inout FakeMemory) -> Void)?
  /// What is true when the client does not wait for it.
  package var onAbandoned: (@Sendable (inout FakeMemory) -> Void)?

  static func json(_ value: FieldValue, status: Int = 200) -> FakeAnswer {
    FakeAnswer(status: status, body: Array(value.json.utf8))
  }

  static func error(_ status: Int, _ message: String) -> FakeAnswer {
    FakeAnswer(status: status, body: FakeReply.error(status, message))
  }
}

/// What a fake server remembers.
package struct FakeMemory: Sendable {
  /// The listing of the script's models.
  package var listing: [UInt8] = []
  /// Models in memory, with how many seconds each stays; negative: until it is told to go.
  package var loaded: [String: Int64] = [:]
  package var loading: Set<String> = []
  package var isAsleep = false
  /// How often it listed its models.
  package var listings: Int64 = 0
  /// How often it was asked how much it has to do.
  package var loadQuestions = 0
  /// Requests in work that are none of this client's.
  package var inFlight = 0
  /// What it was told to do beside listing and inferring, in order.
  package var commands: [String] = []

  package init() {}
}
