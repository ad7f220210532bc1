# Managed by drplan for plan password-resets: change the spec and generate anew.
#
# @summary web: The application folder under IIS; it knows no cluster
#
# @param site
#   Name of its site in IIS.
# @param port
#   Port that it serves on.
# @param mode
#   Whether this host serves from the start.
# @param application_product_job
#   How copy `product` of dataset `application` is made; without starts on a host that only could restore it.
class profile::web (
  Dr::Text $site,
  Dr::Port $port,
  Dr::Mode $mode,
  Hash[String[1], Data] $application_product_job,
) {
  include dr::windows

  dr::windows::site { 'web':
    site    => $site,
    port    => $port,
    mode    => $mode,
    subject => 'components.web',
  }

  dr::windows::job { 'web-application-product':
    * => $application_product_job,
  }
}

