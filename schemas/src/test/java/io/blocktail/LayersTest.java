package io.blocktail;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.blocktail", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {
  @ArchTest
  static final ArchRule EACH_PACKAGE_SEES_ONLY_WHAT_IS_BELOW =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("event")
          .definedBy("io.blocktail.event..")
          .layer("digest")
          .definedBy("io.blocktail.digest")
          .layer("volume")
          .definedBy("io.blocktail.volume")
          .layer("storage")
          .definedBy("io.blocktail.storage")
          .whereLayer("event")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("digest")
          .mayOnlyBeAccessedByLayers("event")
          .whereLayer("volume")
          .mayOnlyBeAccessedByLayers("event", "digest")
          .whereLayer("storage")
          .mayNotBeAccessedByAnyLayer()
          .because("what knows events belongs into event, what only knows bytes into volume");

  @ArchTest
  static final ArchRule NO_THREADS_AND_NO_FRAMEWORK =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quarkus..", "jakarta..", "org.apache.kafka..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .because("what runs belongs into the module that runs it");
}
