package io.blocktail.deploy;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.blocktail.deploy", importOptions = DoNotIncludeTests.class)
class LayersTest {
  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("io.blocktail.deploy.(*)..").should().beFreeOfCycles();
}
