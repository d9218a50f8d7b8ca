/// Tells where requests for a running model are sent, and what they must carry.
package protocol UpstreamAccess: Sendable {
  func upstream(of instance: Instance, at provider: ProviderSpec) throws(DriverError) -> Upstream
}

/// The server of a running model.
package struct Upstream: Hashable, Sendable {
  package var isTLS: Bool
  /// A name or an address, IPv6 without its brackets.
  package var host: String
  package var port: Int
  /// For the Host field.
  package var authority: String
  /// What comes before `/chat/completions`: `/v1`, or empty.
  package var basePath: String
  package var key: UpstreamKey?
  /// The model as this server calls it.
  package var modelID: String

  package init(
    isTLS: Bool, host: String, port: Int, authority: String, basePath: String, key: UpstreamKey?, modelID: String
  ) {
    self.isTLS = isTLS
    self.host = host
    self.port = port
    self.authority = authority
    self.basePath = basePath
    self.key = key
    self.modelID = modelID
  }
}

/// A key for a server while it is used. Its description keeps it out of logs and test failures.
package struct UpstreamKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  package enum Form: Hashable, Sendable {
    /// `Authorization: Bearer KEY`.
    case bearer
    /// `x-api-key: KEY`.
    case apiKey
  }

  package var form: Form
  package var value: String

  package init(_ form: Form, _ value: String) {
    self.form = form
    self.value = value
  }

  package var description: String { "a key" }
  package var debugDescription: String { description }
}
