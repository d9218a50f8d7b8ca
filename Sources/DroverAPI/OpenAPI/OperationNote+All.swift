extension OperationNote {
  /// By ``OpenAPIDocument/name(_:)``. Every route has one, and every one a route.
  static let all: [String: OperationNote] = common.merging(models) { $1 }

  private static let common: [String: OperationNote] = [
    "GET /metrics": OperationNote("Metrics for Prometheus.", text: "text/plain"),
    "GET /healthz": OperationNote("Whether droverd runs.", text: "text/plain"),
    "GET /readyz": OperationNote(
      "Whether the manifests are read and state can be written; 503 with one reason a line.", text: "text/plain",
      also: 503),
    "GET /version": OperationNote("The version of droverd.", "Version"),
    "GET /api-docs": OperationNote("This description; a page of it to browsers.", "Object"),
    "GET /api/v1/resources": OperationNote("All objects with their status.", "Objects"),
    "GET /api/v1/resources/{plural}": OperationNote("The objects of one kind.", "Objects"),
    "GET /api/v1/resources/{plural}/{name}": OperationNote("One object with its status."),
    "GET /api/v1/resources/{plural}/{name}/history": OperationNote(
      "The specs that an object had, newest first.", "Items"),
    "GET /api/v1/events": OperationNote("What happened, oldest first.", "Items"),
    "GET /api/v1/changes": OperationNote("Waits until something changed after a version.", "Change"),
    "POST /api/v1/reconcile": OperationNote(
      "Looks at everything anew, and tries again at once what is in back-off.", "Token", body: "Reconcile",
      isBodyRequired: false),
    "POST /api/v1/confirm-prune": OperationNote(
      "Lets a removal go on that the prune guard has stopped.", "Success", body: "ConfirmPrune"),
    "POST /api/v1/plan": OperationNote("What manifests would do. Changes nothing.", body: "Plan"),
    "GET /api/v1/overrides": OperationNote("What holds against the manifests.", "Items"),
    "POST /api/v1/overrides": OperationNote(
      "Holds a field of an object against its manifest for a while.", "Success", status: 201, body: "Override"),
    "GET /api/v1/doctor": OperationNote("A look at everything that droverd depends on.", "Examination"),
    "GET /api/v1/usage": OperationNote("Sums of usage by hours, UTC.", "UsageSums"),
    "DELETE /api/v1/overrides/{plural}/{name}/{field}": OperationNote("Ends an override.", "Success"),
  ]

  private static let models: [String: OperationNote] = [
    "GET /api/v1/models": OperationNote("All models, by provider, capability and status.", "ModelList"),
    "POST /api/v1/models": OperationNote(
      "Registers a model, or a list of them as a whole. They load on demand, until a manifest adopts them.",
      "Registered",
      status: 201, body: "NewModels"),
    "DELETE /api/v1/models": OperationNote(
      "Takes out all models of an origin; those of manifests stay.", "Count", needed: ["origin"]),
    "GET /api/v1/models/{model}": OperationNote(
      "With a key, all that is known of one model, which counts as an access; with the name or the type of a provider, "
        + "its models.", "ModelOrList"),
    "PATCH /api/v1/models/{model}": OperationNote(
      "Changes what is named of a registered model; null takes away.", "OneModel", body: "ModelPatch"),
    "DELETE /api/v1/models/{model}": OperationNote("Takes a model out; a loaded one is drained first.", "Removed"),
    "PUT /api/v1/models/{model}/status": OperationNote(
      "Marks a model as deprecated or not, loads it or unloads it.", "Status", body: "NewStatus"),
    "GET /api/v1/models/loaded": OperationNote("The loaded models.", "LoadedModels"),
    "GET /api/v1/models/current": OperationNote("The model that requests without a name are for.", "CurrentModel"),
    "POST /api/v1/models/load": OperationNote("Loads a model, and answers when it serves.", "Action", body: "Load")
      .or(202, "Asked for.", "Action"),
    "POST /api/v1/models/unload": OperationNote(
      "Drains and unloads a model, and answers when it is gone.", "Action", body: "Unload"
    ).or(202, "Asked for.", "Action"),
    "POST /api/v1/models/switch": OperationNote(
      "Loads a model, and makes it the current one.", "Switched", body: "Switch"),
    "POST /api/v1/models/discover": OperationNote(
      "Asks providers which models they have.", "Discovered", body: "Discover", isBodyRequired: false),
    "GET /api/v1/models/search": OperationNote("Models by any of the conditions, all of which hold.", "EntryList"),
    "GET /api/v1/models/cost-effective": OperationNote("The cheapest models first.", "EntryList"),
    "GET /api/v1/models/top-performing": OperationNote("The models of the best score first.", "EntryList"),
    "GET /api/v1/models/most-used": OperationNote("The models that are read most often first.", "EntryList"),
    "GET /api/v1/models/select": OperationNote("The best model for a purpose.", "Selected"),
    "GET /api/v1/models/statistics": OperationNote("Counts and sums over all models.", "Statistics"),
    "GET /api/v1/models/export": OperationNote("All models with all that is known of them.", "Entries"),
    "POST /api/v1/models/import": OperationNote(
      "Registers what can be registered of a list of models, and tells what not.", "Imported", body: "Any"),
    "POST /api/v1/models/reload": OperationNote(
      "Reads the manifests again.", "Reloaded", body: "Reload", isBodyRequired: false),
    "POST /api/v1/models/save-state": OperationNote("Writes the registry to its snapshot.", "Saved"),
    "GET /api/v1/models/events": OperationNote("Events as they happen.", text: "text/event-stream"),
    "GET /api/v1/models/versions/compare": OperationNote(
      "1, 0 or -1: how two semantic versions compare.", "Comparison", needed: ["version1", "version2"]),
    "GET /api/v1/models/{model}/versions": OperationNote("The versions that a model had.", "Versions"),
    "GET /api/v1/models/{model}/usage": OperationNote("What a model was used for since its last reset.", "Usage"),
    "POST /api/v1/models/{model}/usage": OperationNote(
      "Records usage of a request that was made elsewhere, at the price of now.", "UsageRecorded", body: "UsageReport"),
    "DELETE /api/v1/models/{model}/usage": OperationNote(
      "Sets the usage statistics of a model to zero; what was charged stays charged.", "KeyOnly"),
    "GET /api/v1/models/{model}/estimate": OperationNote("What a request would cost.", "Estimate"),
    "POST /api/v1/models/{model}/profile": OperationNote(
      "Measures a loaded model by requests of its own.", "Success", body: "Profile", isBodyRequired: false),
    "GET /api/v1/models/{model}/profiles": OperationNote("The profiles that are kept.", "Success"),
    "GET /api/v1/models/{model}/capabilities": OperationNote("What a model can do.", "Capabilities"),
    "POST /api/v1/models/{model}/capabilities": OperationNote(
      "Finds out what a model can do.", "Capabilities", body: "Probe", isBodyRequired: false),
    "PATCH /api/v1/models/{model}/metrics": OperationNote(
      "Takes over what somebody else has measured.", "Success", body: "Metrics"),
  ]
}
