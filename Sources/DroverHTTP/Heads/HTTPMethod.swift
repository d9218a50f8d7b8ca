/// The methods that mean something here.
package enum HTTPMethod: Hashable, Sendable {
  case get, head, post, options, other

  init(_ token: ArraySlice<UInt8>) {
    self =
      switch token.count {
      case 3 where token.elementsEqual("GET".utf8): .get
      case 4 where token.elementsEqual("POST".utf8): .post
      case 4 where token.elementsEqual("HEAD".utf8): .head
      case 7 where token.elementsEqual("OPTIONS".utf8): .options
      default: .other
      }
  }
}
