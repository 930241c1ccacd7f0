package io.blocktail.validator;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class HealthTest {
  @Test
  void isUpWithoutABroker() {
    get("/q/health").then().statusCode(200).body("status", equalTo("UP"));
  }

  @Test
  void servesMetrics() {
    get("/q/metrics").then().statusCode(200);
  }
}
