extension DesiredFleet {
  /// Where the AccessKeys stand among the objects: they sort behind everything else, so that a fleet of thousands of models
  /// need not be looked through for them.
  package var accessKeyIndices: Range<Int> {
    var start = objects.endIndex
    while start > objects.startIndex, objects[start - 1].identity.kind == .accessKey { start -= 1 }
    return start..<objects.endIndex
  }
}
