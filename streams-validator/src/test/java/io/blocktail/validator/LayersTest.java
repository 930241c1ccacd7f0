package io.blocktail.validator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.blocktail.volume.BlockDevice;

@AnalyzeClasses(packages = "io.blocktail.validator", importOptions = DoNotIncludeTests.class)
class LayersTest {
  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("io.blocktail.validator.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule comparingIsPure =
      noClasses()
          .that()
          .resideInAPackage("..validator.compare..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..validator.alert..",
              "..validator.topology..",
              "..validator.console..",
              "org.apache.kafka..",
              "io.quarkus..",
              "jakarta..")
          .because("it joins what it is given; what follows from it belongs into alert");

  @ArchTest
  static final ArchRule theWatchKnowsNoTopology =
      noClasses()
          .that()
          .resideInAPackage("..validator.alert..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..validator.topology..", "..validator.console..", "io.quarkus..", "jakarta..")
          .because("it decides on stores; wiring belongs into topology, HTTP into console");

  @ArchTest
  static final ArchRule theConsoleReadsThroughReadings =
      noClasses()
          .that()
          .resideInAPackage("..validator.console..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..validator.topology..", "org.apache.kafka..")
          .because("it reads the stores through Readings, which topology implements");

  @ArchTest
  static final ArchRule noDeviceIsSeen =
      noClasses()
          .should()
          .dependOnClassesThat()
          .areAssignableTo(BlockDevice.class)
          .because("the validator knows content by its digests alone");
}
