extension Annotation {
  /// What every annotation of Drover's own takes and means.
  package static let fields: [Field] = [
    Field(prune, .enumeration(["disabled"]), "`disabled`: the object is kept when its manifest is gone."),
    Field(suspend, .enumeration(["true", "false"]), "`\"true\"`: the object is reported on and not touched."),
    Field(
      reconcileRequestedAt, .string(.text),
      "Any new text asks for the object to be looked at again at once; status repeats it when that is done."),
  ]

  /// What Drover's own annotations begin with.
  package static let prefix = "drover.dev/"
}
