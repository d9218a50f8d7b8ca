/// Changes to the first level of a JSON object that was scanned, applied in one pass; every other byte stays as it is.
package struct BodyEdits: Sendable {
  /// A part of the edited body.
  package enum Piece: Hashable, Sendable {
    /// Of the body as it came.
    case kept(Range<Int>)
    case literal([UInt8])
  }

  private let object: ScannedObject
  private let names: FieldNames
  private var replacements: [(range: Range<Int>, literal: [UInt8])] = []
  private var insertions: [UInt8] = []

  package init(_ object: ScannedObject, names: FieldNames) {
    self.object = object
    self.names = names
  }

  package var isEmpty: Bool { replacements.isEmpty && insertions.isEmpty }

  /// Gives the member a value: in place where it is given, else as the first of the object. Once a member.
  package mutating func set(_ index: Int, to literal: [UInt8]) {
    if let value = object.values[index] {
      replacements.append((value.range, literal))
    } else {
      if !insertions.isEmpty { insertions.append(UInt8(ascii: ",")) }
      insertions += JSONString.encode(names.spellings[index]) + [UInt8(ascii: ":")] + literal
    }
  }

  /// Replaces a part of the body that no other edit touches, such as one inside a member.
  package mutating func replace(_ range: Range<Int>, with literal: [UInt8]) { replacements.append((range, literal)) }

  /// The edited body of `count` bytes, in order.
  package func pieces(of count: Int) -> [Piece] {
    guard !isEmpty else { return [.kept(0..<count)] }
    var edits = replacements
    if !insertions.isEmpty {
      let literal = object.isEmpty ? insertions : insertions + [UInt8(ascii: ",")]
      edits.append((object.start..<object.start, literal))
    }
    edits.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var pieces: [Piece] = []
    var place = 0
    for edit in edits {
      if edit.range.lowerBound > place { pieces.append(.kept(place..<edit.range.lowerBound)) }
      pieces.append(.literal(edit.literal))
      place = edit.range.upperBound
    }
    if place < count { pieces.append(.kept(place..<count)) }
    return pieces
  }

  /// The edited body in one piece.
  package func applied(to body: Span<UInt8>) -> [UInt8] {
    let pieces = pieces(of: body.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      pieces.reduce(0) { sum, piece in
        switch piece {
        case .kept(let range): sum + range.count
        case .literal(let literal): sum + literal.count
        }
      })
    for piece in pieces {
      switch piece {
      case .kept(let range): body.withUnsafeBufferPointer { bytes.append(contentsOf: $0[range]) }
      case .literal(let literal): bytes += literal
      }
    }
    return bytes
  }
}
