package io.blocktail.validator.console;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;

/// What is answered instead of what was asked for: a problem detail (RFC 9457).
record Problem(String type, String title, int status, String detail) {
  static final String MEDIA_TYPE = "application/problem+json";

  static WebApplicationException of(Response.Status status, String detail) {
    return new WebApplicationException(detail, response(status, detail));
  }

  static Response response(Response.StatusType status, String detail) {
    var problem =
        new Problem("about:blank", status.getReasonPhrase(), status.getStatusCode(), detail);
    return Response.status(status).type(MEDIA_TYPE).entity(problem).build();
  }

  static WebApplicationException notReady(NotReadyException e) {
    return of(Response.Status.SERVICE_UNAVAILABLE, "" + e.getMessage());
  }
}
