// swift-tools-version: 6.1

import PackageDescription

// SwiftPM refuses unsafe flags in a version-pinned dependency, which lies in a folder 'checkouts'
// wherever it builds; there the kernels are built with the default flags instead, which costs speed
// in debug builds only.
let isPinnedDependency = Context.packageDirectory.contains("/checkouts/")
let kernelFlags: [CSetting] =
    isPinnedDependency ? [] : [.unsafeFlags(["-O3", "-Werror=ignored-attributes"])]

// Plugins find the core in the program that loads them, which therefore has to show its symbols.
let exportedSymbols: [LinkerSetting] =
    isPinnedDependency ? [] : [.unsafeFlags(["-Xlinker", "--export-dynamic"])]

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library from Debian, described by a module map.
func system(_ name: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)")
}

/// A C target with kernels that are fast in every configuration.
func kernels(
    _ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = [],
    links: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path ?? "Sources/\(name)",
        cSettings: kernelFlags, linkerSettings: links.map { .linkedLibrary($0) })
}

/// A module of the runtime.
func core(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

/// A built-in stage: one target under `Plugins/<Role>/`.
func stage(_ name: String, role: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: ["JepaCore"] + dependencies, path: "Plugins/\(role)/\(name)",
        swiftSettings: swiftSettings)
}

/// The tests of one module or of one group of stages.
///
/// Resources are read as they are built, what is excluded where it stands.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
    resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["JepaTestSupport"], exclude: exclude,
        resources: resources, swiftSettings: swiftSettings)
}

let systemLibraries = ["COpenBLAS", "CLibYAML", "CLibJPEG", "CLibPNG"].map(system)

let runtime: [Target] = [
    .target(
        name: "CKernels",
        cSettings: kernelFlags + [.define("JK_ONEDNN", .when(traits: ["OneDNN"]))],
        linkerSettings: [.linkedLibrary("dnnl", .when(traits: ["OneDNN"]))]),
    .target(name: "CPluginHost"),
    .target(name: "CPluginEntry"),
    kernels("CImageCodec", ["CLibJPEG", "CLibPNG"], links: ["jpeg", "png"]),
    core("JepaTensor", ["CKernels", "COpenBLAS"]),
    core("JepaNN", ["JepaTensor"]),
    core("JepaCore", ["JepaTensor"]),
    core("JepaImages", ["CImageCodec", "JepaCore"]),
    core("JepaFormats", ["JepaCore", "JepaTensor"]),
    core("JepaInterop", ["JepaCore", "JepaFormats", "JepaNN", "JepaTensor"]),
    core("JepaGraph", ["CLibYAML", "JepaCore"]),
    core("JepaEvaluation", ["JepaCore", "JepaTensor"]),
    core("JepaTraining", ["JepaCore", "JepaTensor", "JepaFormats", "JepaEvaluation"]),
]

let stages: [Target] = [
    stage("JepaImageFolder", role: "DataSource", ["JepaImages"]),
    kernels("CSceneRenderer", path: "Plugins/DataSource/CSceneRenderer"),
    stage("JepaScenes", role: "DataSource", ["CSceneRenderer", "JepaImages"]),
    stage("JepaRecorded", role: "DataSource", ["JepaFormats", "JepaTensor"]),
    stage("JepaMultiblock", role: "Masker"),
    stage("JepaRandomMasker", role: "Masker"),
    stage("JepaBlockMasker", role: "Masker"),
    stage("JepaRasterised", role: "Masker"),
    stage("JepaRecordedMasks", role: "Masker", ["JepaFormats", "JepaTensor"]),
    stage("JepaViT", role: "Encoder", ["JepaNN", "JepaTensor"]),
    stage("JepaEMA", role: "Encoder", ["JepaTensor"]),
    stage("JepaPixels", role: "Encoder", ["JepaTensor"]),
    stage("JepaShared", role: "Encoder", ["JepaTensor"]),
    stage("JepaViTPredictor", role: "Predictor", ["JepaNN", "JepaTensor"]),
    stage("JepaMLP", role: "Predictor", ["JepaNN", "JepaTensor"]),
    stage("JepaSharedPredictor", role: "Predictor", ["JepaTensor"]),
    stage("JepaStopGradient", role: "Predictor", ["JepaTensor"]),
    stage("JepaSmoothL1", role: "Loss", ["JepaTensor"]),
    stage("JepaL2", role: "Loss", ["JepaTensor"]),
    stage("JepaVarianceCovariance", role: "Loss", ["JepaTensor"]),
    stage("JepaVICReg", role: "Loss", ["JepaTensor"]),
    stage("JepaCosine", role: "Loss", ["JepaTensor"]),
    stage("JepaSIGReg", role: "Loss", ["JepaTensor"]),
    stage("JepaAdamW", role: "Optimizer", ["JepaTensor"]),
    stage("JepaSGD", role: "Optimizer", ["JepaTensor"]),
    stage("JepaLARS", role: "Optimizer", ["JepaTensor"]),
]

let builtInStages = stages.map(\.name).filter { $0.hasPrefix("Jepa") }

let program: [Target] = [
    core("JepaStages", ["JepaCore"] + builtInStages.map { .init(stringLiteral: $0) }),
    core(
        "JepaPipeCLI",
        [
            "CPluginHost", "JepaCore", "JepaEvaluation", "JepaFormats", "JepaGraph",
            "JepaImageFolder", "JepaImages", "JepaInterop", "JepaLARS", "JepaNN", "JepaSGD",
            "JepaScenes", "JepaStages", "JepaTensor", "JepaTraining",
        ],
        // The templates of 'jepa-pipe new', so that the program needs no files beside it.
        resources: [.embedInCode("Templates")]),
    core("JepaTestSupport", ["JepaCore", "JepaTensor", "JepaFormats"]),
    .executableTarget(
        name: "jepa-pipe", dependencies: ["JepaPipeCLI"], swiftSettings: swiftSettings,
        linkerSettings: exportedSymbols),
]

let testTargets: [Target] = [
    tests("JepaTensorTests", ["JepaTensor", "CKernels"]),
    tests("JepaNNTests", ["JepaNN", "JepaTensor"], resources: [.copy("Fixtures")]),
    tests("JepaTestSupportTests", ["JepaCore", "JepaTensor"]),
    tests("TemplateTests", ["JepaCore", "JepaNN", "JepaTensor"]),
    tests(
        "JepaCoreTests", ["JepaCore", "JepaTensor"], resources: [.copy("Fixtures")]),
    tests(
        "JepaImagesTests", ["JepaImages", "JepaImageFolder", "JepaCore", "JepaFormats"],
        resources: [.copy("Fixtures")]),
    tests(
        "JepaFormatsTests", ["JepaFormats", "JepaCore", "JepaTensor"],
        resources: [.copy("Fixtures")]),
    tests("JepaInteropTests", ["JepaInterop", "JepaCore", "JepaFormats", "JepaNN", "JepaTensor"]),
    tests("JepaGraphTests", ["JepaGraph", "JepaStages"], exclude: ["Snapshots"]),
    tests(
        "JepaEvaluationTests", ["JepaEvaluation", "JepaCore", "JepaFormats", "JepaTensor"],
        resources: [.copy("Fixtures")]),
    tests(
        "JepaTrainingTests",
        [
            "JepaTraining", "JepaStages", "JepaGraph", "JepaImages", "JepaTensor", "JepaFormats",
        ]),
    tests(
        "OptimizerTests", ["JepaSGD", "JepaLARS", "JepaCore", "JepaTensor"],
        resources: [.copy("Fixtures")]),
    tests("ScenesTests", ["JepaScenes", "CSceneRenderer", "JepaCore"]),
    tests(
        "MaskerTests", ["JepaMultiblock", "JepaRandomMasker", "JepaBlockMasker", "JepaRasterised"],
        resources: [.copy("Fixtures")]),
    tests(
        "StageTests", ["JepaStages", "JepaGraph", "JepaImages", "JepaTraining"],
        resources: [.copy("Fixtures")]),
    tests(
        "JepaPipeCLITests",
        [
            "JepaPipeCLI", "JepaCore", "JepaEvaluation", "JepaFormats", "JepaGraph", "JepaImages",
            "JepaInterop", "JepaNN", "JepaRecorded",
            "JepaStages", "JepaTensor", "JepaTraining",
        ], resources: [.copy("Fixtures")]),
]

let package = Package(
    name: "jepa-pipe",
    products: [
        .executable(name: "jepa-pipe", targets: ["jepa-pipe"]),
        // Dynamic, so that a package of stages, its main program and its plugin share one core.
        .library(
            name: "JepaPipe", type: .dynamic,
            targets: (runtime + program).map(\.name).filter { $0.hasPrefix("Jepa") }),
        // What makes a shared library with stages a plugin.
        .library(name: "JepaPlugin", targets: ["CPluginEntry"]),
    ],
    traits: [
        .trait(name: "OneDNN", description: "bf16 products by oneDNN instead of our own kernel.")
    ],
    targets: systemLibraries + runtime + stages + program + testTargets
)
