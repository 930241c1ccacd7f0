package io.blocktail.storage;

import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Says in words what went wrong with a file: many of Java's messages hold the path alone.
public final class FileTrouble {
  private FileTrouble() {}

  public static String said(Throwable e) {
    return switch (e) {
      case AccessDeniedException file -> file.getFile() + ": permission denied";
      case NoSuchFileException file -> file.getFile() + ": no such file or directory";
      case FileAlreadyExistsException file -> file.getFile() + " exists already";
      case NotDirectoryException file -> file.getFile() + " is not a directory";
      case FileSystemException file when file.getReason() != null ->
          file.getFile() + ": " + file.getReason();
      case ClosedChannelException _ -> "a file was closed while it was used";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
