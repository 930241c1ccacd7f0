package io.blocktail.validator;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/// Without a broker.
@QuarkusTest
class HealthTest {
  @Test
  void isAliveButNotReadyWithoutABroker() {
    get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
    get("/q/health/ready")
        .then()
        .statusCode(503)
        .body("checks[0].data.state", containsString("waiting for Kafka"));
  }

  @Test
  void servesMetrics() {
    get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("blocktail_alerts_open{kind=\"divergence\"} NaN"));
  }

  @Test
  void saysThatItDoesNotKnowInsteadOfShowingNothing() {
    for (String path : new String[] {"/replicas", "/alerts", "/alerts?state=all"}) {
      get(path)
          .then()
          .statusCode(503)
          .contentType("application/problem+json")
          .body("status", equalTo(503))
          .body("detail", containsString("the validator is waiting for Kafka"));
    }
  }

  @Test
  void refusesAnUnknownState() {
    get("/alerts?state=ajar")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("detail", equalTo("state is 'ajar': it must be open, closed or all"));
  }
}
