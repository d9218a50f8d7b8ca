/// What manifests may reach on this host. It lies outside every manifest root and belongs to the host's owner.
package struct HostPolicy: Equatable, Sendable {
  package struct Runtime: Equatable, Sendable {
    package var name: String
    /// Absolute path of a `llama-server`, or its bare name, which is looked for in the PATH.
    package var path: String
    /// Flags that manifests may pass, such as `--threads`.
    package var flags: [String]
    /// Absolute path of the `llama-quantize` of the same build; nil: the one beside ``path``, else of the PATH.
    package var quantizePath: String?

    package init(name: String, path: String, flags: [String] = [], quantizePath: String? = nil) {
      self.name = name
      self.path = path
      self.flags = flags
      self.quantizePath = quantizePath
    }
  }

  /// A secret by its place, never by its value.
  package struct Secret: Equatable, Sendable {
    package enum Place: Equatable, Sendable {
      case file(String)
      case environment(String)
    }

    package var name: String
    package var place: Place
    /// Hosts that it may be sent to.
    package var hosts: [String]

    package init(name: String, place: Place, hosts: [String]) {
      self.name = name
      self.place = place
      self.hosts = hosts
    }
  }

  /// A bearer token of the control API, by its place or its digest.
  package struct Token: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
      /// Lower-case hexadecimal.
      case sha256(String)
      case file(String)
      case environment(String)
    }

    package var name: String
    package var source: Source
    /// `Read`, `Write`.
    package var scopes: [String]

    package init(name: String, source: Source, scopes: [String]) {
      self.name = name
      self.source = source
      self.scopes = scopes
    }
  }

  package var runtimes: [Runtime]
  /// Absolute paths.
  package var modelDirectories: [String]
  package var secrets: [Secret]
  /// Private networks in CIDR notation that providers may lie in; loopback always may.
  package var networks: [String]
  /// Public hosts that providers may be; nil: any public host.
  package var publicHosts: [String]?
  package var node: String
  /// Where it was read; nil for the built-in policy of a first run.
  package var source: String?
  /// What models cost whose manifests do not say.
  package var prices: PriceCatalogue
  /// Who may use the control API over TCP; empty: every program on this host.
  package var tokens: [Token]

  package init(
    runtimes: [Runtime], modelDirectories: [String], secrets: [Secret], networks: [String], publicHosts: [String]?,
    node: String, source: String?, prices: PriceCatalogue = .builtIn, tokens: [Token] = []
  ) {
    self.runtimes = runtimes
    self.modelDirectories = modelDirectories
    self.secrets = secrets
    self.networks = networks
    self.publicHosts = publicHosts
    self.node = node
    self.source = source
    self.prices = prices
    self.tokens = tokens
  }
}
