import DroverCore
import Testing

@Suite struct AccessTableTests {
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private let a = KeyDigest(hexadecimal: Keys.digestOfA)
  private let b = KeyDigest(hexadecimal: Keys.digestOfB)

  private func table(
    _ keys: [(kind: Kind, name: String, spec: FieldValue)], secrets: [String: KeyDigest] = [:], wasClosed: Bool = false
  ) -> AccessTable { AccessTable(Desired.fleet(keys), secrets: secrets, wasClosed: wasClosed) }

  /// Who holds a key, or why it lets nobody in.
  private func holder(
    _ digest: KeyDigest?, _ table: AccessTable, at time: Timestamp? = nil, isGenerated: Bool = true
  ) -> String {
    guard let digest else { return "no digest" }
    do throws(AccessRefusal) {
      return try table.grant(of: digest, isGenerated: isGenerated, at: time ?? now).accessKey ?? "open"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a key is known by its digest, written in either case`() {
    let table = table([
      Keys.accessKey("team-a", [Keys.digestOfA]), Keys.accessKey("team-b", [Keys.digestOfB.uppercased()]),
    ])
    #expect(holder(a, table) == "team-a")
    #expect(holder(b, table) == "team-b")
    #expect(holder(KeyDigest(hexadecimal: Keys.digestOfPassword), table) == "unknown")
    #expect(table.needsKey)
  }

  @Test func `an old key and a new one overlap until the old one ends`() throws {
    let end = try #require(Timestamp(rfc3339: "2027-02-01T00:00:00Z"))
    let keys = FieldValue.array([
      .object(["sha256": .string(Keys.digestOfA), "notAfter": .string("2027-02-01T00:00:00Z")]),
      .object(["sha256": .string(Keys.digestOfB)]),
    ])
    let table = table([(.accessKey, "team", .object(["keys": keys]))])
    let last = Timestamp(milliseconds: end.milliseconds - 1)
    #expect(holder(a, table, at: last) == "team" && holder(b, table, at: last) == "team")
    #expect(holder(a, table, at: end) == #"expired("team", 2027-02-01T00:00:00Z)"#)
    #expect(holder(b, table, at: end) == "team")
  }

  @Test func `a bare date ends with its day, and an end that cannot be read is over`() throws {
    let table = table([Keys.accessKey("team", [Keys.digestOfA], until: "2027-01-31")])
    let midnight = try #require(Timestamp(rfc3339: "2027-02-01T00:00:00Z"))
    #expect(holder(a, table, at: Timestamp(milliseconds: midnight.milliseconds - 1)) == "team")
    #expect(holder(a, table, at: midnight).hasPrefix("expired"))
    #expect(holder(a, self.table([Keys.accessKey("team", [Keys.digestOfA], until: "soon")])).hasPrefix("expired"))
  }

  @Test func `a disabled object lets nobody in, whatever its keys`() {
    let disabled = FieldValue.object(["disabled": .bool(true)])
    #expect(holder(a, table([Keys.accessKey("team", [Keys.digestOfA], disabled)])) == #"disabled("team")"#)
  }

  @Test func `a digest in a manifest is good for generated keys alone, a secret of the host for any`() throws {
    let word = try #require(KeyDigest(hexadecimal: Keys.digestOfPassword))
    let published = table([Keys.accessKey("team", [Keys.digestOfPassword])])
    #expect(holder(word, published, isGenerated: false) == "unknown")
    let keys = FieldValue.array([.object(["secret": .string("next")])])
    let spec = FieldValue.object(["keys": keys])
    #expect(holder(word, table([(.accessKey, "team", spec)], secrets: ["next": word]), isGenerated: false) == "team")
    // A secret that cannot be read lets nobody in, and the gateway stays closed.
    let unread = table([(.accessKey, "team", spec)])
    #expect(holder(word, unread, isGenerated: false) == "unknown" && unread.needsKey)
  }

  @Test func `without an AccessKey the gateway is open, unless there ever was one`() {
    #expect(!table([]).needsKey)
    #expect(table([], wasClosed: true).needsKey)
    #expect(table([Keys.accessKey("team", [])]).needsKey)
  }

  @Test func `one key of two objects is the first one's`() {
    let table = table([
      Keys.accessKey("b", [Keys.digestOfA]), Keys.accessKey("a", [Keys.digestOfA], until: "2020-01-01"),
    ])
    #expect(holder(a, table).hasPrefix(#"expired("a""#))
  }

  @Test func `each list that a key has must hold a request`() throws {
    let fleet = Desired.fleet([
      Desired.provider("p"), Desired.provider("q"), Desired.model("one", provider: "p"),
      Desired.model("two", provider: "q"),
    ])
    let table = RoutingTable(fleet)
    let one = try #require(table.model(named: "one"))
    let two = try #require(table.model(named: "two"))
    func grant(_ allow: FieldValue) throws -> AccessGrant {
      try self.table([Keys.accessKey("team", [Keys.digestOfA], allow)])
        .grant(of: #require(a), isGenerated: true, at: now)
    }
    let all = try grant(.emptyMap)
    #expect(all.allows(one) && all.allows(two) && all.allows(one, through: "r") && all.allows(route: "r"))
    let models = try grant(Keys.allow(models: ["one"]))
    #expect(models.allows(one) && !models.allows(two) && models.allows(one, through: "r"))
    let providers = try grant(Keys.allow(providers: ["q"]))
    #expect(!providers.allows(one) && providers.allows(two))
    let routes = try grant(Keys.allow(routes: ["r"]))
    #expect(!routes.allows(one) && routes.allows(one, through: "r") && !routes.allows(one, through: "s"))
    #expect(routes.allows(route: "r") && !routes.allows(route: "s"))
    let both = try grant(Keys.allow(models: ["one", "two"], providers: ["q"]))
    #expect(!both.allows(one) && both.allows(two))
    let none = try grant(Keys.allow(models: []))
    #expect(!none.allows(one) && !none.allows(two, through: "r"))
  }

  @Test(arguments: [
    "", "4aefbf", Keys.digestOfA + "0", String(Keys.digestOfA.dropLast()) + "g",
    String(Keys.digestOfA.dropLast(2)) + "é",
  ])
  func `what is no digest is none`(_ text: String) { #expect(KeyDigest(hexadecimal: text) == nil) }

  @Test func `digests that differ in one bit anywhere are two`() throws {
    let bytes = (0..<32).map { UInt8($0) }
    let digest = try #require(KeyDigest(bytes))
    #expect(KeyDigest(bytes) == digest && digest.beginning == "000102030405")
    for bit in 0..<256 {
      var other = bytes
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(KeyDigest(other) != digest, "bit \(bit)")
    }
    #expect(KeyDigest(bytes.dropLast()) == nil && KeyDigest(bytes + [0]) == nil)
  }

  @Test func `a generated key is a prefix and 256 bits, and nothing else is one`() {
    var word: UInt64 = 0x0123_4567_89AB_CDEF
    let key = GeneratedKey.text {
      defer { word = ~word }
      return word
    }
    #expect(key == "drover_0123456789abcdeffedcba98765432100123456789abcdeffedcba9876543210")
    #expect(GeneratedKey.isOne(Array(key.utf8)))
    for other in ["", "drover_", String(key.dropLast()), key + "0", key.uppercased(), "Drover_" + key.dropFirst(7)] {
      #expect(!GeneratedKey.isOne(Array(other.utf8)), "\(other)")
    }
  }
}
