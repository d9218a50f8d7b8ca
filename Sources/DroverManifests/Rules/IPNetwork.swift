/// An address of IPv4 or IPv6, as 16 bytes (IPv4 as `::ffff:a.b.c.d`).
struct IPAddress: Equatable, Sendable {
  var bytes: [UInt8]
  var isV4: Bool

  /// Reads `10.0.0.1` and `fd00::1`; nil for anything else, other spellings of IPv4 included.
  init?(_ text: String) {
    if let four = IPAddress.four(text[...]) {
      bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
      isV4 = true
      return
    }
    guard text.contains(":"), let all = IPAddress.sixteen(text) else { return nil }
    bytes = all
    isV4 = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
  }

  private static func four(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var out: [UInt8] = []
    for part in parts {
      guard part.utf8.allSatisfy(TextShape.isDigit), part.utf8.count == 1 || part.first != "0",
        let value = UInt8(part)
      else { return nil }
      out.append(value)
    }
    return out
  }

  private static func sixteen(_ text: String) -> [UInt8]? {
    let halves = text.split(separator: ":", omittingEmptySubsequences: false)
    // `::` may stand once; at either end it leaves two empty parts.
    var groups: [[UInt8]] = []
    var gap: Int?
    var index = 0
    while index < halves.count {
      let part = halves[index]
      if part.isEmpty {
        let isEdge = index == 0 || index == halves.count - 1
        if isEdge {
          let neighbour = index == 0 ? 1 : index - 1
          guard halves.count > 2, halves[neighbour].isEmpty else { return nil }
          if index == halves.count - 1, gap == groups.count { break }
          index += 1
          if index == 1 { continue }
        }
        guard gap == nil else { return nil }
        gap = groups.count
        index += 1
        continue
      }
      if index == halves.count - 1, let four = four(part) {
        groups.append(Array(four[0...1]))
        groups.append(Array(four[2...3]))
      } else {
        guard part.utf8.count <= 4, let value = UInt16(part, radix: 16), part.utf8.allSatisfy(TextShape.isHex) else {
          return nil
        }
        groups.append([UInt8(value >> 8), UInt8(value & 255)])
      }
      index += 1
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: Array(repeating: [0, 0], count: 8 - groups.count), at: gap)
    }
    return groups.count == 8 ? groups.flatMap { $0 } : nil
  }

  var isLoopback: Bool {
    isV4 ? bytes[12] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  /// Whether it lies in no public network: private, link-local, shared or unspecified.
  var isPrivate: Bool { IPAddress.privateNetworks.contains { $0.contains(self) } }

  private static let privateNetworks = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "fc00::/7",
    "fe80::/10", "::/128",
  ].compactMap { IPNetwork($0) }
}

/// A network in CIDR notation.
struct IPNetwork: Equatable, Sendable {
  var address: IPAddress
  /// Bits of the 16 bytes that count.
  var bits: Int

  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(String(parts[0])), let bits = Int(parts[1]), bits >= 0,
      bits <= (address.isV4 ? 32 : 128)
    else { return nil }
    self.address = address
    self.bits = address.isV4 ? bits + 96 : bits
  }

  func contains(_ other: IPAddress) -> Bool {
    guard address.isV4 == other.isV4 else { return false }
    for index in 0..<16 {
      let left = bits - index * 8
      if left <= 0 { return true }
      let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
      if (address.bytes[index] ^ other.bytes[index]) & mask != 0 { return false }
    }
    return true
  }
}
