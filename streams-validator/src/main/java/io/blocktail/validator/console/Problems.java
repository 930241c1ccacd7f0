package io.blocktail.validator.console;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Answers every error with a problem detail, those that nobody foresaw too.
class Problems {
  private static final Logger LOG = Logger.getLogger(Problems.class);

  @ServerExceptionMapper
  Response refused(WebApplicationException e) {
    return Problem.response(e.getResponse().getStatusInfo(), String.valueOf(e.getMessage()));
  }

  @ServerExceptionMapper
  Response unexpected(Throwable e) {
    LOG.error("a request could not be answered", e);
    return Problem.response(
        Status.INTERNAL_SERVER_ERROR, "the validator cannot answer, its log says more: " + e);
  }
}
