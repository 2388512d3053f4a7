// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "scrip",
    products: [
        .library(name: "ScripCore", targets: ["ScripCore"]),
        .library(name: "ScripEngine", targets: ["ScripEngine"]),
        .library(name: "ScripSQLite", targets: ["ScripSQLite"]),
        .library(name: "ScripPostgres", targets: ["ScripPostgres"]),
        .library(name: "ScripTesting", targets: ["ScripTesting"]),
        .library(name: "ScripWire", targets: ["ScripWire"]),
        .library(name: "ScripJSON", targets: ["ScripJSON"]),
        .library(name: "ScripPrices", targets: ["ScripPrices"]),
        .library(name: "ScripUsageFormats", targets: ["ScripUsageFormats"]),
        .library(name: "ScripMetrics", targets: ["ScripMetrics"]),
        .library(name: "ScripServer", targets: ["ScripServer"]),
        .library(name: "ScripPayments", targets: ["ScripPayments"]),
        .executable(name: "scrip", targets: ["scrip"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "ScripJSON", swiftSettings: swiftSettings),
        .target(
            name: "ScripCore",
            dependencies: ["ScripJSON", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ScripPrices", dependencies: ["ScripCore", "ScripJSON"], exclude: ["LICENSE-DATA.md"],
            swiftSettings: swiftSettings),
        .target(
            name: "ScripEngine",
            dependencies: [
                "ScripCore", "ScripJSON",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ScripMetrics", dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: swiftSettings),
        .target(
            name: "ScripSQLite",
            dependencies: [
                "ScripCore", "ScripEngine",
                .product(name: "Algorithms", package: "swift-algorithms"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),
        .systemLibrary(
            name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(
            name: "ScripPostgres",
            dependencies: [
                "CLibPQ", "ScripCore", "ScripEngine", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(name: "ScripUsageFormats", dependencies: ["ScripCore", "ScripJSON"], swiftSettings: swiftSettings),
        .target(
            name: "ScripIngest",
            dependencies: [
                "ScripCore", "ScripJSON",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ScripWire",
            dependencies: ["ScripCore", "ScripEngine", "ScripIngest", "ScripJSON", "ScripUsageFormats"],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ScripHTTPClient",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ScripPayments",
            dependencies: [
                "ScripCore", "ScripEngine", "ScripHTTPClient", "ScripJSON",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ScripIdentity",
            dependencies: [
                "ScripCore", "ScripHTTPClient", "ScripJSON",
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ScripServer",
            dependencies: [
                "ScripCore", "ScripEngine", "ScripIdentity", "ScripIngest", "ScripJSON", "ScripMetrics", "ScripWire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(name: "ScripTesting", dependencies: ["ScripCore", "ScripEngine"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "scrip",
            dependencies: [
                "ScripCore", "ScripEngine", "ScripSQLite", "ScripPostgres", "ScripIdentity", "ScripIngest", "ScripJSON",
                "ScripMetrics", "ScripServer", "ScripPrices", "ScripPayments", "ScripWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CoreTests", dependencies: ["ScripCore", "ScripEngine", "ScripTesting"], swiftSettings: swiftSettings),
        .testTarget(
            name: "WireTests", dependencies: ["ScripCore", "ScripEngine", "ScripJSON", "ScripWire"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "IngestTests", dependencies: ["ScripCore", "ScripIngest", "ScripJSON", "ScripWire"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "EngineTests", dependencies: ["ScripCore", "ScripEngine", "ScripTesting"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "StoreTests",
            dependencies: ["ScripCore", "ScripEngine", "ScripJSON", "ScripPostgres", "ScripSQLite", "ScripTesting"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "ScripCore", "ScripEngine", "ScripSQLite", "ScripIdentity", "ScripMetrics",
                "ScripPostgres", "ScripPrices", "ScripServer", "ScripTesting", "ScripWire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                "ScripJSON",
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: [
                "ScripCore", "ScripIdentity", "ScripJSON",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "UsageFormatTests", dependencies: ["ScripUsageFormats", "ScripJSON", "ScripTesting"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PaymentTests",
            dependencies: [
                "ScripCore", "ScripPayments", "ScripEngine", "ScripJSON", "ScripTesting",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PriceTests", dependencies: ["ScripCore", "ScripJSON", "ScripPrices"], swiftSettings: swiftSettings),
        .testTarget(
            name: "MetricsTests",
            dependencies: ["ScripMetrics", .product(name: "Metrics", package: "swift-metrics")],
            swiftSettings: swiftSettings),
        .testTarget(name: "TidyTests", swiftSettings: swiftSettings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "ScripCore", "ScripEngine", "ScripJSON", "ScripPrices", "ScripServer", "ScripSQLite", "ScripTesting",
                "ScripWire", "scrip",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
    ]
)
