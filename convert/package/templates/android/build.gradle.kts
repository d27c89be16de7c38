// {{origin}} A library module: include(":{{slug}}") in settings.gradle.kts.
plugins {
    id("com.android.library")
}

group = "{{group}}"
version = "{{version}}"

android {
    namespace = "{{package}}"
    compileSdk = 34

    defaultConfig {
        minSdk = 21
        consumerProguardFiles("consumer-rules.pro")
    }

    externalNativeBuild {
        cmake {
            path = file("src/main/cpp/CMakeLists.txt")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
}
