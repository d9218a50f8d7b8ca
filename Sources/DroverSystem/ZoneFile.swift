package import DroverCore

/// The time zone database of this host.
package enum ZoneFile {
  private static let folder = "/usr/share/zoneinfo"

  /// The offsets of a zone by its IANA name; nil where the host does not know it.
  package static func rules(of name: String) throws(SystemError) -> ZoneRules? {
    if name == "UTC" || name == "GMT" { return .utc }
    guard !name.contains("..") else { return nil }
    return ZoneRules(tzif: try FileReader.read(folder + "/" + name, maxBytes: 1 << 20))
  }
}
