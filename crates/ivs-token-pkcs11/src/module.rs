use std::fmt;
use std::path::{Path, PathBuf};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

use crate::{Pkcs11Error, Pkcs11Signer};

/// The PKCS#11 library of an HSM, loaded and begun. Load each library once in a process, and take all signers from it: PKCS#11
/// libraries have one state for the whole process.
///
/// Cheap to clone. It stays loaded as long as a clone or a signer lives.
#[derive(Clone)]
pub struct Module {
    pkcs11: Pkcs11,
    path: PathBuf,
}

impl Module {
    /// Loads the library of the HSM, such as `/usr/lib/softhsm/libsofthsm2.so`, and begins it for use by many threads.
    ///
    /// # Errors
    ///
    /// [`Pkcs11Error::Module`]: there is no such library, it is none of PKCS#11, or it could not begin.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Pkcs11Error> {
        let path = path.as_ref();
        match begin(path) {
            Ok(pkcs11) => Ok(Self { pkcs11, path: path.to_owned() }),
            Err(source) => Err(Pkcs11Error::Module { path: path.to_owned(), source }),
        }
    }

    /// Logs in to the token with this label, and finds the EC key pair with this label on it. Both halves must be there.
    ///
    /// # Errors
    ///
    /// [`Pkcs11Error`]: which of these steps failed, and in the words of the library why. The PIN is never shown. An HSM counts
    /// wrong PINs, and locks the token after some.
    pub fn signer(&self, token: &str, pin: &str, key: &str) -> Result<Pkcs11Signer, Pkcs11Error> {
        Pkcs11Signer::open(self.pkcs11.clone(), token, pin, key)
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("path", &self.path).finish_non_exhaustive()
    }
}

fn begin(path: &Path) -> Result<Pkcs11, Error> {
    let pkcs11 = Pkcs11::new(path)?;
    match pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        // Another part of this program did.
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(pkcs11),
        Err(error) => Err(error),
    }
}
