package io.blocktail.producer;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Tells what is wrong with a request in the form of RFC 9457.
class Problems {
  private static final String TYPE = "application/problem+json";

  /// @param detail what is wrong this time
  record Problem(String type, String title, int status, String detail) {}

  @ServerExceptionMapper
  Response toResponse(WebApplicationException e) {
    int status = e.getResponse().getStatus();
    String title = e.getResponse().getStatusInfo().getReasonPhrase();
    var problem = new Problem("about:blank", title, status, String.valueOf(e.getMessage()));
    return Response.status(status).type(TYPE).entity(problem).build();
  }
}
