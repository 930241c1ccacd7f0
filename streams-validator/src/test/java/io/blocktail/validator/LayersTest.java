package io.blocktail.validator;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.blocktail.validator", importOptions = DoNotIncludeTests.class)
class LayersTest {
  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices()
          .matching("io.blocktail.validator.(*)..")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true);
}
