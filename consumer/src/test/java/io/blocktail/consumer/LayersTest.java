package io.blocktail.consumer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.blocktail.consumer", importOptions = DoNotIncludeTests.class)
class LayersTest {
  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices()
          .matching("io.blocktail.consumer.(*)..")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule packagesSeeOnlyWhatIsBeforeThem =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("intake")
          .definedBy("io.blocktail.consumer.intake")
          .layer("digest")
          .definedBy("io.blocktail.consumer.digest")
          .layer("apply")
          .definedBy("io.blocktail.consumer.apply")
          .layer("target")
          .definedBy("io.blocktail.consumer.target")
          .layer("wiring")
          .definedBy("io.blocktail.consumer")
          .whereLayer("intake")
          .mayNotAccessAnyLayer()
          .whereLayer("digest")
          .mayNotAccessAnyLayer()
          .whereLayer("apply")
          .mayOnlyAccessLayers("intake", "digest")
          .whereLayer("target")
          .mayOnlyAccessLayers("apply", "intake", "digest")
          .because(
              "records come in (intake), are applied (apply), what a target says goes out (digest), and"
                  + " only a target ties them together");

  @ArchTest
  static final ArchRule kafkaStaysAtTheEdges =
      noClasses()
          .that()
          .resideInAnyPackage("io.blocktail.consumer.apply", "io.blocktail.consumer.target")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "io.quarkus..")
          .because(
              "a simulation runs them without: ask through ChangeStream, DigestSink, ResyncAsker");
}
